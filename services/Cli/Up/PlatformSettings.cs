using ModelServing.Contracts;
using ModelServing.Settings.Models;

namespace ModelServing.Cli.Up;

/// <summary>The settings of a platform on this machine.</summary>
/// <param name="StateFolder">The folder of its files.</param>
/// <param name="Registry">The registry in the form of the hosts' setting, <c>file:FOLDER</c>.</param>
/// <param name="Stack">The settings of the stack file when the platform started.</param>
/// <param name="Pace">The demo overrides.</param>
internal sealed record PlatformSettings(string StateFolder, string Registry, StackSettings Stack, PlatformPace Pace)
{
    /// <summary>The access log of each host.</summary>
    internal AccessLogSettings AccessLog => new() { Folder = PlatformFiles.AccessIn(StateFolder) };
}
