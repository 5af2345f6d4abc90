using System.Collections.Concurrent;
using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Registry;

namespace ModelServing.Cli.Up;

/// <summary>The inference hosts: one for each version that the plan names.</summary>
internal sealed class VersionHosts(
    HostProgram program,
    Func<PublishedVersion, InferenceSettings> settingsOf,
    PlatformFiles files,
    HostSupervision supervision)
{
    /// <summary>How long a router may take to see a written file, with room to spare (it reads the files every 100 ms).</summary>
    internal static readonly TimeSpan Propagation = TimeSpan.FromSeconds(1);

    // Not guarded, because the platform makes one call at a time.
    private readonly Dictionary<PublishedVersion, SupervisedHost> hosts = [];

    private readonly ConcurrentDictionary<SupervisedHost, bool> leaving = new();
    private readonly TaskCompletionSource stopRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts a host for each version that has none, and waits until all are ready.</summary>
    /// <exception cref="HostFailedException">A host did not start; the running ones continue.</exception>
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

    /// <summary>Removes the hosts of all other versions: first from the endpoints, once no router sends them requests, then the
    /// processes.</summary>
    internal void KeepOnly(IReadOnlyCollection<PublishedVersion> versions)
    {
        foreach (var version in hosts.Keys.Except(versions).ToList())
        {
            hosts.Remove(version, out var host);
            leaving[host!] = true;
            _ = LeaveAsync(host!);
        }
    }

    internal async Task StopAsync(TimeSpan timeout, CancellationToken kill)
    {
        stopRequested.TrySetResult();
        await Task.WhenAll(hosts.Values.Concat(leaving.Keys).Select(host => host.StopAsync(timeout, kill)));
        hosts.Clear();
    }

    private SupervisedHost Start(PublishedVersion version)
    {
        var owner = new object();
        return new SupervisedHost(
            Label(version),
            program,
            settingsOf(version),
            supervision,
            address => files.Set(owner, address is null ? null : Entry(version, address)));
    }

    private static EndpointEntry Entry(PublishedVersion version, HostAddress address) =>
        new(
            version.Model,
            version.Version,
            string.Create(CultureInfo.InvariantCulture, $"{address.Url.Host}:{address.Url.Port}"),
            address.Process);

    private async Task LeaveAsync(SupervisedHost host)
    {
        try
        {
            await RemoveAsync(host);
        }
        catch (Exception e)
        {
            // The process still belongs to this program and ends with it.
            supervision.Terminal.Warn($"{host.Label} can't be stopped: {e.Message}");
        }
    }

    private async Task RemoveAsync(SupervisedHost host)
    {
        if (host.Ready.IsCompletedSuccessfully)
        {
            // The plan no longer names the version, but pinned requests reach it until it is no longer an endpoint.
            await PropagatedAsync();
            host.Withdraw();
            await PropagatedAsync();
            if (stopRequested.Task.IsCompleted)
                return;
            supervision.Terminal.Say($"{host.Label} stops: the plan no longer names it");
        }

        await host.StopAsync(Platform.StopTimeout, CancellationToken.None);
        leaving.TryRemove(host, out _);
    }

    private async Task PropagatedAsync() => await Task.WhenAny(Task.Delay(Propagation, supervision.Time), stopRequested.Task);

    private static string Label(PublishedVersion version) => $"{version.Model} v{version.Version}";
}
