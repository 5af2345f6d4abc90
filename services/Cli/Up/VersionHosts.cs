using System.Collections.Concurrent;
using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Registry;

namespace ModelServing.Cli.Up;

/// <summary>The inference hosts: one for each version that the plan names.</summary>
internal sealed class VersionHosts(HostProgram program, Func<PublishedVersion, InferenceSettings> settingsOf, string runFolder, PlatformFiles files, HostLog log, Terminal terminal, TimeProvider time)
{
    /// <summary>How long a router may take to see a file that was written, with room to spare (it reads them every 100 ms).</summary>
    internal static readonly TimeSpan Propagation = TimeSpan.FromSeconds(1);

    // Only ApplyAsync's caller touches it, one call at a time.
    private readonly Dictionary<PublishedVersion, SupervisedHost> hosts = [];

    private readonly ConcurrentDictionary<SupervisedHost, bool> leaving = new();
    private readonly TaskCompletionSource stopAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts a host for each version that has none, and waits until each was ready.</summary>
    /// <exception cref="HostFailedException">One could not be brought up; those that were running go on.</exception>
    internal async Task StartAsync(IReadOnlyCollection<PublishedVersion> versions, CancellationToken cancellation)
    {
        foreach (var version in versions)
        {
            if (!hosts.ContainsKey(version))
                hosts.Add(version, Start(version));
        }

        await foreach (var ready in Task.WhenEach(versions.Select(version => hosts[version].Ready)).WithCancellation(cancellation))
            await ready;
    }

    /// <summary>Lets go of the hosts of all other versions: out of the endpoints once no router sends them anything any more, then stopped.</summary>
    internal void KeepOnly(IReadOnlyCollection<PublishedVersion> versions)
    {
        foreach (var version in hosts.Keys.Except(versions).ToList())
        {
            hosts.Remove(version, out var host);
            leaving[host!] = true;
            _ = LeaveAsync(host!);
        }
    }

    /// <summary>Stops all hosts.</summary>
    internal async Task StopAsync(TimeSpan patience, CancellationToken kill)
    {
        stopAsked.TrySetResult();
        await Task.WhenAll(hosts.Values.Concat(leaving.Keys).Select(host => host.StopAsync(patience, kill)));
        hosts.Clear();
    }

    private SupervisedHost Start(PublishedVersion version)
    {
        var owner = new object();
        return new SupervisedHost(Label(version), program, settingsOf(version), runFolder, log, terminal, time, address => files.Set(
            owner,
            address is null ? null : new EndpointEntry(version.Model, version.Version, string.Create(CultureInfo.InvariantCulture, $"{address.Url.Host}:{address.Url.Port}"), address.Process)));
    }

    private async Task LeaveAsync(SupervisedHost host)
    {
        if (host.Ready.IsCompletedSuccessfully)
        {
            // First the plan stops naming it; until it stops being an endpoint it can still be pinned.
            await PropagatedAsync();
            host.Withdraw();
            await PropagatedAsync();
            if (stopAsked.Task.IsCompleted)
                return;
            terminal.Say($"{host.Label} stops: the plan no longer names it");
        }

        await host.StopAsync(Platform.Patience, CancellationToken.None);
        leaving.TryRemove(host, out _);
    }

    private async Task PropagatedAsync() => await Task.WhenAny(Task.Delay(Propagation, time), stopAsked.Task);

    private static string Label(PublishedVersion version) => $"{version.Model} v{version.Version}";
}
