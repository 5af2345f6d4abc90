using ModelServing.Contracts;
using ModelServing.Contracts.Reliability;
using ModelServing.Registry;

namespace ModelServing.Cli.Up;

/// <summary>The processes of one pool. There are two, so that callers are served while one of them starts again.</summary>
/// <remarks>A pool never changes: another document is another pool, whose processes take over.</remarks>
internal sealed class ServedPool : IVersionGroup
{
    private const int Processes = 2;

    private readonly PoolProcess[] processes;
    private readonly PlatformFiles files;
    private readonly Terminal terminal;
    private readonly Lock gate = new();

    // Guarded by gate. Versions that ended a process. They are out at all processes.
    private readonly Dictionary<PublishedVersion, VersionRefusal> ended = [];

    /// <summary>Starts the processes.</summary>
    /// <param name="document">The pool.</param>
    /// <param name="program">The program of the inference service.</param>
    /// <param name="settingsOf">The settings of a process, by the pool's document and the folder of the process's state.</param>
    /// <param name="files">Where the endpoints go.</param>
    /// <param name="supervision">What the supervisors of all hosts share.</param>
    internal ServedPool(
        PoolDocument document,
        HostProgram program,
        Func<string, string, InferenceSettings> settingsOf,
        PlatformFiles files,
        HostSupervision supervision)
    {
        this.files = files;
        terminal = supervision.Terminal;
        Label = NameOf(document);
        Versions = [.. document.Versions.Select(static version => new PublishedVersion(version.Model, version.Version))];
        var folder = Path.Combine(supervision.RunFolder, KeyOf(document).Replace(' ', '-'));
        PrivateFiles.CreateFolder(folder);
        var path = Path.Combine(folder, "pool.json");
        AtomicFile.Write(path, document.ToUtf8(), PrivateFiles.OfFile);
        processes =
        [
            .. Enumerable.Range(1, Processes).Select(number =>
            {
                var state = Path.Combine(folder, $"state-{number}");
                PrivateFiles.CreateFolder(state);
                return new PoolProcess(
                    $"{Label} {number}", Versions, program, settingsOf(HostSources.File(path), state), Changed, supervision);
            }),
        ];
        Ready = WaitAsync();
    }

    public string Label { get; }

    public IReadOnlyCollection<PublishedVersion> Versions { get; }

    public Task Ready { get; }

    public TimeSpan Age => processes[0].Host.Age;

    public string Problem =>
        processes.Select(static process => process.Host).FirstOrDefault(static host => !host.Ready.IsCompleted)?.Problem ?? "";

    /// <summary>The identity of a pool: its name, and what it serves.</summary>
    internal static string KeyOf(PoolDocument document) => $"{NameOf(document)} {document.Digest}";

    public bool Serves(PublishedVersion version)
    {
        lock (gate)
            return !ended.ContainsKey(version) && processes.Any(process => process.Served.Contains(version));
    }

    public VersionRefusal? RefusalOf(PublishedVersion version)
    {
        lock (gate)
        {
            if (ended.TryGetValue(version, out var why))
                return why;
        }

        return Serves(version)
            ? null
            : processes.Select(process => process.Refused.GetValueOrDefault(version)).FirstOrDefault(static refusal => refusal is not null);
    }

    public void Withdraw()
    {
        foreach (var process in processes)
            process.Host.Withdraw();
    }

    public Task StopAsync(TimeSpan timeout, CancellationToken kill) =>
        Task.WhenAll(processes.Select(process => process.Host.StopAsync(timeout, kill)));

    private static string NameOf(PoolDocument document) => $"pool {document.Name}";

    private async Task WaitAsync()
    {
        var starting = processes.Select(static process => process.Host.Ready).ToList();
        await Task.WhenAll(starting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!starting.Any(static ready => ready.IsCompletedSuccessfully))
            await starting[0];
        foreach (var failed in starting.Where(static ready => ready.IsFaulted))
            terminal.Warn($"{failed.Exception!.GetBaseException().Message}; {Label} runs without this process");
    }

    // A process has become ready, or has ended.
    private void Changed(PoolProcess process)
    {
        lock (gate)
        {
            foreach (var (version, refusal) in process.Refused)
            {
                if (refusal.HasEndedProcess && ended.TryAdd(version, refusal))
                    terminal.Warn($"{LoneVersion.NameOf(version)} gets no more requests: {refusal.Reason}");
            }

            // Also the endpoints of the other process, which such a version would end next. One may be ready before the other is made.
            foreach (var each in processes ?? [process])
            {
                files.Set(each, each.Address is { } address
                    ? [.. each.Served.Where(version => !ended.ContainsKey(version)).Select(address.EntryOf)]
                    : []);
            }
        }
    }
}
