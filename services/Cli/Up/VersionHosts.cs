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

    /// <summary>How long a version that is ready waits for others, so that versions that start together are served together.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    /// <summary>How long a version is waited for.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Not guarded, because the platform makes one call at a time.
    private readonly Dictionary<PublishedVersion, SupervisedHost> hosts = [];

    private readonly ConcurrentDictionary<SupervisedHost, bool> leaving = new();
    private readonly TaskCompletionSource stopRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts a host for each version that has none, and waits until each is ready or has failed, but not for ever: a host that
    /// takes longer goes on. Returns the versions that are not ready.</summary>
    /// <param name="versions">What must run; other hosts stay as they are.</param>
    /// <param name="serve">Serves what is ready while other versions are waited for: gets those that are not ready, and is called again
    /// after each change.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    internal async Task<IReadOnlyList<VersionFailure>> StartAsync(
        IReadOnlyCollection<PublishedVersion> versions,
        Func<IReadOnlyList<VersionFailure>, Task> serve,
        CancellationToken cancellation)
    {
        foreach (var version in versions)
        {
            if (!hosts.ContainsKey(version))
                hosts.Add(version, Start(version));
        }

        var started = versions.Select(version => (Version: version, Host: hosts[version])).ToList();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var over = Task.Delay(Patience, supervision.Time, ending.Token);
        while (Starting().Any() && !started.Any(static one => one.Host.Ready.IsCompletedSuccessfully) && !over.IsCompleted)
            await Task.WhenAny(Starting().Append(over));
        await Task.WhenAny(Task.WhenAll(Starting()), Task.Delay(Grace, supervision.Time, ending.Token), over);
        while (Starting().Any() && !over.IsCompleted)
        {
            await serve(Failures());
            await Task.WhenAny(Starting().Append(over));
        }

        await ending.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
        var failures = Failures();
        // Another try needs another host.
        foreach (var (version, host) in started.Where(static one => one.Host.Ready.IsFaulted || one.Host.Ready.IsCanceled))
            hosts.Remove(version);
        return failures;

        IEnumerable<Task> Starting() => started.Select(static one => one.Host.Ready).Where(static ready => !ready.IsCompleted);

        List<VersionFailure> Failures() =>
            [.. started.Select(one => FailureOf(one.Version, one.Host, over.IsCompleted)).OfType<VersionFailure>()];
    }

    /// <summary>Waits until a host that is still starting is ready or has failed, or until the time is over.</summary>
    internal Task WaitForStartingAsync(TimeSpan limit, CancellationToken cancellation) =>
        Task.WhenAny(hosts.Values.Select(static host => host.Ready).Where(static ready => !ready.IsCompleted)
            .Append(Task.Delay(limit, supervision.Time, cancellation)));

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

    private static VersionFailure? FailureOf(PublishedVersion version, SupervisedHost host, bool isOver)
    {
        var ready = host.Ready;
        if (ready.IsCompletedSuccessfully)
            return null;
        if (!ready.IsCompleted)
        {
            // A timer may be some milliseconds ahead of the clock that tells the age.
            var line = !isOver && host.Age < Patience
                ? $"{host.Label} is not ready yet, and the others are served meanwhile: {host.Problem}"
                : $"{host.Label} is not ready after {Patience.TotalSeconds:0} s: {host.Problem}";
            return new VersionFailure(version, line, IsTransient: true);
        }

        return ready.Exception?.GetBaseException() is HostFailedException failure
            ? new VersionFailure(version, failure.Message, failure.IsTransient)
            : new VersionFailure(version, $"{Label(version)} was stopped", IsTransient: true);
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
