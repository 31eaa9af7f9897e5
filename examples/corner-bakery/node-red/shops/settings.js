/**
 * Settings of Node-RED for the shops (container on the office server)
 * The rest is as delivered, see https://nodered.org/docs/user-guide/runtime/settings-file
 **/
module.exports = {

    /*******************************************************************************
     * Flow File and User Directory Settings
     ******************************************************************************/

    flowFile: 'flows.json',

    /** The key is kept by Hilde and Ronan, and given to the container by the
     *  server's secret store.
     */
    credentialSecret: process.env.NODE_RED_CREDENTIAL_SECRET,

    flowFilePretty: true,

    /*******************************************************************************
     * Security
     ******************************************************************************/

    adminAuth: {
        type: "credentials",
        users: [{
            username: "it",
            password: "$2y$08$Vix4JKLD0ZWoZxzJz00ICG9h2n4LwSVIMQ6/yGlx90IwSefs37YtK",
            permissions: "*"
        }]
    },

    // https: {
    //   key: require("fs").readFileSync('privkey.pem'),
    //   cert: require("fs").readFileSync('cert.pem')
    // },

    // httpNodeAuth: { user: "user", pass: "a bcrypt hash" },  (no http in nodes here)

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
