/**
 * Settings of Node-RED in the bakehouse (Raspberry Pi beside the mixer)
 * The rest is as delivered, see https://nodered.org/docs/user-guide/runtime/settings-file
 **/
module.exports = {

    /*******************************************************************************
     * Flow File and User Directory Settings
     ******************************************************************************/

    flowFile: 'flows.json',

    /** Off since the card was swapped in 2024: with a key the old file would not
     *  load any more. Put it back when there is time.
     */
    credentialSecret: false,

    flowFilePretty: true,

    /*******************************************************************************
     * Security
     ******************************************************************************/

    adminAuth: {
        type: "credentials",
        users: [{
            username: "it",
            password: "$2y$08$emhzmQ2NQyebVpA5r3tGqDh9025x0YBBRR//N0h.wL9Q1bkLXhg/r",
            permissions: "*"
        }]
    },

    // https: {
    //   key: require("fs").readFileSync('privkey.pem'),
    //   cert: require("fs").readFileSync('cert.pem')
    // },

    /** n8n and the order screen know this login. */
    httpNodeAuth: { user: "labels", pass: "$2y$08$a7yw3y7sPeKHzZsPffOKwU26EXueUmxV/xSMRfpOy1UXaYyr/jiX5" },

    /*******************************************************************************
     * Server Settings
     ******************************************************************************/

    uiPort: process.env.PORT || 1880,

    // uiHost: "127.0.0.1",

    /*******************************************************************************
     * Runtime Settings
     ******************************************************************************/

    diagnostics: { enabled: true, ui: true },

    runtimeState: { enabled: false, ui: false },

    logging: {
        console: {
            level: "info",
            metrics: false,
            audit: false
        }
    },

    exportGlobalContextKeys: false,

    /*******************************************************************************
     * Node Settings
     ******************************************************************************/

    functionExternalModules: false,

    functionTimeout: 0,

    debugMaxLength: 1000
};
