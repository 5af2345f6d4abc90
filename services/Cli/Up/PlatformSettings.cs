namespace ModelServing.Cli.Up;

/// <summary>The settings of a platform on this machine.</summary>
/// <param name="StateFolder">The folder of its files.</param>
/// <param name="Registry">The registry in the form of the hosts' setting, <c>file:FOLDER</c>.</param>
/// <param name="MaxRequestBytes">The largest body of a request in bytes.</param>
/// <param name="Pace">The demo overrides.</param>
internal sealed record PlatformSettings(string StateFolder, string Registry, int MaxRequestBytes, PlatformPace Pace);
