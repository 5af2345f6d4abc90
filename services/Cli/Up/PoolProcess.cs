using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Registry;

namespace ModelServing.Cli.Up;

/// <summary>A process of a pool. Each time that it has started, it is asked which of the pool's versions it serves.</summary>
internal sealed class PoolProcess
{
    private const int MostQuestions = 8;

    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };

    private readonly IReadOnlyCollection<PublishedVersion> versions;
    private readonly string label;
    private readonly string state;
    private readonly Terminal terminal;

    /// <summary>Starts the process.</summary>
    /// <param name="label">Its label in messages.</param>
    /// <param name="versions">The versions of its pool.</param>
    /// <param name="program">The program of the inference service.</param>
    /// <param name="settings">Its settings, with a folder of its own for the state.</param>
    /// <param name="changed">Called each time that it is ready, and each time that it no longer is.</param>
    /// <param name="supervision">What the supervisors of all hosts share.</param>
    internal PoolProcess(
        string label,
        IReadOnlyCollection<PublishedVersion> versions,
        HostProgram program,
        InferenceSettings settings,
        Action<PoolProcess> changed,
        HostSupervision supervision)
    {
        this.versions = versions;
        this.label = label;
        state = settings.PoolState!;
        terminal = supervision.Terminal;
        Host = new SupervisedHost(
            label,
            program,
            settings,
            supervision,
            address =>
            {
                Address = address;
                changed(this);
            },
            hooks: new HostHooks { Examine = ExamineAsync, Ended = NoteEnd, RestartsStart = true });
    }

    internal SupervisedHost Host { get; }

    /// <summary>Where it listens; null if it is not ready.</summary>
    internal HostAddress? Address { get; private set; }

    /// <summary>The versions that it serves or, until it has started again, that it served before.</summary>
    internal IReadOnlySet<PublishedVersion> Served { get; private set; } = new HashSet<PublishedVersion>();

    /// <summary>Why it does not serve the others.</summary>
    internal IReadOnlyDictionary<PublishedVersion, VersionRefusal> Refused { get; private set; } =
        FrozenDictionary<PublishedVersion, VersionRefusal>.Empty;

    private async Task ExamineAsync(HostAddress address)
    {
        var refused = new ConcurrentDictionary<PublishedVersion, VersionRefusal>();
        // A process that gives no answer gives none to the other questions either.
        VersionRefusal? silence = null;
        await Parallel.ForEachAsync(
            versions,
            new ParallelOptions { MaxDegreeOfParallelism = MostQuestions },
            async (version, _) =>
            {
                try
                {
                    if ((silence ?? await AskAsync(address, version)) is { } refusal)
                        refused[version] = refusal;
                }
                catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException or KeyNotFoundException
                    or InvalidOperationException)
                {
                    refused[version] = silence = new VersionRefusal($"it does not say whether it is ready: {e.Message}", IsTransient: true);
                }
            });
        // What a process lost while it was started again is not a failure of the stack file, so it is printed here.
        foreach (var (version, refusal) in refused.Where(pair => Served.Contains(pair.Key) && !pair.Value.HasEndedProcess))
            terminal.Warn($"{LoneVersion.NameOf(version)} is not ready in {label}: {refusal.Reason}");
        Refused = refused;
        Served = versions.Where(version => !refused.ContainsKey(version)).ToHashSet();
    }

    private static async Task<VersionRefusal?> AskAsync(HostAddress address, PublishedVersion version)
    {
        using var answer = await Http.GetAsync(new Uri(address.Url, InferencePaths.Model(version.Model, version.Version) + "/ready"));
        if (answer.StatusCode == HttpStatusCode.OK)
            return null;
        using var readiness = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync());
        return new VersionRefusal(
            readiness.RootElement.GetProperty("reason").GetString() ?? "",
            readiness.RootElement.TryGetProperty(PoolDocument.EndedProcessMember, out var ended) && ended.ValueKind == JsonValueKind.True);
    }

    // The next process can't see how this one ended, and what an operator or a lack of memory killed is not the fault of what ran in it.
    private void NoteEnd(HostExit exit)
    {
        try
        {
            File.WriteAllText(Path.Combine(state, PoolDocument.ExitFile), exit.Code.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            terminal.Warn($"How {label} ended can't be noted for the next process: {e.Message}");
        }
    }
}
