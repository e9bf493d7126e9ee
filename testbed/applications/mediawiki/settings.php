
# What the test bed adds to what the installer wrote.
$wgServer = WebRequest::detectServer();
$wgUsePathInfo = false;
$wgSessionCacheType = CACHE_DB;
$wgMainCacheType = CACHE_ACCEL;
$wgJobRunRate = 0;
$wgPasswordAttemptThrottle = false;
$wgRateLimits = [];
$wgEnableEmail = false;
$wgPingback = false;
$wgDeskFiles = __DIR__ . '/files';
$wgCacheDirectory = __DIR__ . '/tmp';
$wgTmpDirectory = __DIR__ . '/tmp';
$wgAutoloadClasses['SpecialDesk'] = __DIR__ . '/SpecialDesk.php';
$wgSpecialPages['Desk'] = 'SpecialDesk';
$wgLocalisationCacheConf['store'] = 'array';
