using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Reliability;
using ModelServing.Hosting;

namespace ModelServing.Inference.Crashes;

/// <summary>
/// What a pool knows about versions that made its earlier processes crash. A version that crashes the process takes the whole pool along,
/// so the process that follows must not open it again.
/// </summary>
/// <remarks>
/// <code>
/// 1 culprit   a version whose run could not be ended, the only one that was being opened, or the only suspect that ran. If the process is
///             known to have crashed, also the only version that ran. It is not opened until the pool changes, or until the version is
///             published again
/// 2 suspects  the others that ran. Never two of them run or are opened at a time, so that another crash shows which one it is.
///             <see cref="CallsOfSuspect"/> good runs clear a suspect
/// 3 no one    ran, or the process was asked to stop, or it is known to have been killed, or the machine was restarted
/// </code>
/// How the process ended is known if its supervisor has noted it (<see cref="PoolDocument.ExitFile"/>). Otherwise one end shows nothing: an
/// operator, or a machine without memory, may have killed a process in which only one version happened to run.
/// </remarks>
internal sealed class CrashState
{
    /// <summary>How many good runs clear a suspect.</summary>
    internal const int CallsOfSuspect = 1000;

    // A shell's code for the end by a signal is this and the signal's number.
    private const int Signal = 128;
    private const int Interrupt = 2;
    private const int Kill = 9;
    private const int Terminate = 15;
    private const string BootFile = "/proc/sys/kernel/random/boot_id";

    private readonly IReadOnlyList<VersionSettings> versions;
    private readonly string path;
    private readonly string document;
    private readonly RunSlots slots;

    // Guards all that follows, and the file.
    private readonly Lock changing = new();
    private readonly Dictionary<int, string?> culprits = [];
    private readonly HashSet<int> suspects = [];

    public CrashState(
        InferenceSettings settings,
        IReadOnlyList<VersionSettings> versions,
        IHostApplicationLifetime lifetime,
        HostFailure failure,
        InferenceInstruments instruments,
        ILogger<CrashState> logger)
    {
        this.versions = versions;
        var folder = settings.PoolState!;
        try
        {
            Directory.CreateDirectory(folder);
            path = Path.Combine(folder, "suspects");
            var names = string.Join('\n', versions.Select(static version => $"{version} {version.BatchRows}"));
            document = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(names)));
            var id = new byte[64];
            SHA256.HashData(Encoding.UTF8.GetBytes(document), id);
            SHA256.HashData(Encoding.UTF8.GetBytes(File.Exists(BootFile) ? File.ReadAllText(BootFile) : ""), id.AsSpan(32));
            var running = Path.Combine(folder, "running");
            Read();
            Blame(RunSlots.Read(running, id), TakeExit(Path.Combine(folder, PoolDocument.ExitFile)), logger);
            Write();
            slots = RunSlots.Create(running, id);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ContractException(
                $"{HostEnvironment.NameOf(nameof(settings.PoolState))} '{folder}' can't be used: {e.Message}");
        }

        instruments.Observe(this);
        lifetime.ApplicationStopping.Register(() =>
        {
            // A process that stops itself has a reason.
            if (failure.ExitCode == 0)
                slots.Stops();
        });
    }

    internal RunSlots Slots => slots;

    /// <summary>The versions that are not opened.</summary>
    internal IReadOnlyList<VersionSettings> Culprits
    {
        get
        {
            lock (changing)
                return [.. culprits.Keys.Select(version => versions[version - 1])];
        }
    }

    internal int NumberOf(VersionSettings version)
    {
        for (var i = 0; i < versions.Count; i++)
        {
            if (ReferenceEquals(versions[i], version))
                return i + 1;
        }

        throw new InvalidOperationException($"{version} is not of this pool");
    }

    internal bool IsSuspect(int version)
    {
        lock (changing)
            return suspects.Contains(version);
    }

    internal bool IsKnown(int version)
    {
        lock (changing)
            return culprits.ContainsKey(version);
    }

    /// <summary>Whether a version must not be opened.</summary>
    /// <param name="version">Its number.</param>
    /// <param name="manifest">The digest of its manifest. If it is another than that of the version that crashed, it is another
    /// artifact.</param>
    internal bool IsCulprit(int version, string? manifest)
    {
        lock (changing)
        {
            if (!culprits.TryGetValue(version, out var known))
                return false;
            if (known is not null && manifest is not null && known != manifest)
                culprits.Remove(version);
            else
                culprits[version] = known ?? manifest;
            Write();
            return culprits.ContainsKey(version);
        }
    }

    /// <summary>The version has run well so often that it is no longer suspected.</summary>
    internal void Clear(int version)
    {
        lock (changing)
        {
            if (suspects.Remove(version))
                Write();
        }
    }

    private static int? TakeExit(string path)
    {
        if (!File.Exists(path))
            return null;
        var code = int.TryParse(File.ReadAllText(path), out var number) ? number : (int?)null;
        File.Delete(path);
        return code;
    }

    private void Blame(IReadOnlyList<RunSlot> slots, int? exit, ILogger logger)
    {
        List<int> stuck = [.. slots.Where(static slot => slot.IsStuck).Select(static slot => slot.Version).Distinct()];
        // The codes of signals that a process does not send to itself by a fault.
        var hasCrashed = exit is > Signal and not (Signal + Interrupt or Signal + Kill or Signal + Terminate);
        List<int> ran = exit is null || hasCrashed ? [.. slots.Select(static slot => slot.Version).Distinct().Order()] : [];
        var isSure = ran.Count == 1 && (hasCrashed || slots.All(static slot => slot.IsOpening));
        List<int> suspected = [.. ran.Where(suspects.Contains)];
        var guilty = stuck.Count > 0 ? stuck : isSure ? ran : suspected.Count == 1 ? suspected : [];
        foreach (var version in guilty)
        {
            suspects.Remove(version);
            culprits[version] = null;
            CrashLog.Culprit(logger, NameOf(version));
        }

        if (guilty.Count > 0 || ran.Count == 0)
            return;
        suspects.UnionWith(ran);
        CrashLog.Suspects(logger, string.Join(", ", ran.Select(NameOf)));
    }

    private string NameOf(int version) => versions[version - 1].ToString();

    // One line for each version, as in "culprit 3 sha256:..." or "suspect 4", below the digest of what the numbers mean.
    private void Read()
    {
        if (!File.Exists(path) || File.ReadAllLines(path) is not [var first, .. var lines] || first != document)
            return;
        foreach (var words in lines.Select(static line => line.Split(' ')))
        {
            if (words.Length < 2 || !int.TryParse(words[1], out var version) || version < 1 || version > versions.Count)
                continue;
            if (words[0] == "culprit")
                culprits[version] = words.Length > 2 ? words[2] : null;
            else
                suspects.Add(version);
        }
    }

    private void Write()
    {
        var lines = culprits.Select(static one => $"culprit {one.Key}{(one.Value is { } digest ? " " + digest : "")}")
            .Concat(suspects.Select(static version => $"suspect {version}"));
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(string.Join('\n', [document, .. lines]) + "\n"));
    }
}

internal static partial class CrashLog
{
    [LoggerMessage(80, LogLevel.Error, "The process before this one ended while {Version} ran or was being opened, so the version is not " +
        "opened until its pool changes, or until it is published again")]
    internal static partial void Culprit(ILogger logger, string version);

    [LoggerMessage(81, LogLevel.Error, "The process before this one ended while these versions ran or were being opened, so they run " +
        "one at a time until the culprit is known: {Versions}")]
    internal static partial void Suspects(ILogger logger, string versions);
}
