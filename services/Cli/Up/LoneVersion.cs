using ModelServing.Contracts;
using ModelServing.Registry;

namespace ModelServing.Cli.Up;

/// <summary>A version with a process of its own.</summary>
internal sealed class LoneVersion : IVersionGroup
{
    private readonly PublishedVersion version;
    private readonly SupervisedHost host;

    /// <summary>Starts the process.</summary>
    internal LoneVersion(
        PublishedVersion version, HostProgram program, InferenceSettings settings, PlatformFiles files, HostSupervision supervision)
    {
        this.version = version;
        var owner = new object();
        host = new SupervisedHost(
            NameOf(version),
            program,
            settings,
            supervision,
            address => files.Set(owner, address is null ? [] : [address.EntryOf(version)]));
    }

    public string Label => host.Label;

    public IReadOnlyCollection<PublishedVersion> Versions => [version];

    public Task Ready => host.Ready;

    public TimeSpan Age => host.Age;

    public string Problem => host.Problem;

    public bool Serves(PublishedVersion wanted) => wanted == version && host.Ready.IsCompletedSuccessfully;

    public VersionRefusal? RefusalOf(PublishedVersion wanted) => null;

    public void Withdraw() => host.Withdraw();

    public Task StopAsync(TimeSpan timeout, CancellationToken kill) => host.StopAsync(timeout, kill);

    /// <summary>A version's name in messages.</summary>
    internal static string NameOf(PublishedVersion version) => $"{version.Model} v{version.Version}";
}
