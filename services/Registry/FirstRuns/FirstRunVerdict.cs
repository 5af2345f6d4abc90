using System.Globalization;
using System.Text.Json;
using ModelServing.Registry.Safety;

namespace ModelServing.Registry.FirstRuns;

/// <summary>Judges a model from what its first run printed and how it ended.</summary>
internal static class FirstRunVerdict
{
    private const int FirstSignal = 128;
    private const int Killed = 9;
    private const int OutOfProcessorTime = 24;

    private static readonly Dictionary<int, string> Signals = new()
    {
        [4] = "SIGILL: an instruction that the processor does not have",
        [5] = "SIGTRAP",
        [6] = "SIGABRT: it gave up",
        [7] = "SIGBUS: a wrong address",
        [8] = "SIGFPE: an impossible division of integers, as of the lowest one by -1",
        [11] = "SIGSEGV: a wrong address, or too deep a recursion",
        [31] = "SIGSYS: a call of the system that is not allowed",
    };

    // With other elements than zeros, a model may fail, or need much time and memory. It must not harm its process.
    private static readonly int[] Harmful = [4, 7, 8, 11];

    /// <param name="output">What the process printed.</param>
    /// <param name="errors">What it printed on standard error.</param>
    /// <param name="exitCode">Its exit code; 128 and a signal's number if that ended it.</param>
    /// <param name="isLate">Whether its time was over.</param>
    /// <param name="limits">What it was allowed to use.</param>
    internal static FirstRunResult Judge(string output, string errors, int exitCode, bool isLate, FirstRunLimits limits)
    {
        var lines = Read(output);
        if (lines.Count == 0)
            return new FirstRunResult { Unknown = $"the process that runs it did not start: {Reason(errors, exitCode)}" };
        if (lines.Find(static line => line.Step == FirstRunStep.Refused) is { } refused)
            return Refuse(FindingCode.Runtime, $"ONNX Runtime can't open it: {refused.Text}");
        if (lines.Find(static line => line.Step == FirstRunStep.OutOfMemory) is { } full)
            return OutOfMemory(limits, full.Text ?? "");
        var isOpened = lines.Exists(static line => line.Step == FirstRunStep.Opened);
        var signal = isLate ? 0 : exitCode - FirstSignal;
        if (lines.Find(static line => line.Step is FirstRunStep.Answered or FirstRunStep.NotAnswered) is { } warm)
        {
            return Harmful.Contains(signal)
                ? Refuse(
                    FindingCode.FirstRunCrash,
                    $"its process died when its inputs were {lines[^1].Text ?? "zeros"} ({Signals[signal]})")
                : new FirstRunResult { Values = warm.Values ?? new Dictionary<string, string>(), NoAnswer = warm.Text };
        }

        var work = isOpened ? "running it with zeros" : "opening it";
        if (isLate || signal == OutOfProcessorTime)
            return OutOfTime(limits, isLate, work);
        // Only the system kills it, when it is short of memory.
        if (signal == Killed || IsAboutMemory(errors))
            return OutOfMemory(limits, Reason(errors, exitCode));
        return Refuse(FindingCode.FirstRunCrash, $"the process died while {work}: {Reason(errors, exitCode)}");
    }

    private static FirstRunResult OutOfMemory(FirstRunLimits limits, string why)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"opening it and running it with zeros needs more than {limits.MemoryBytes / (1024 * 1024)} MiB of memory: {why}");
        return limits.IsFairMemory ? Refuse(FindingCode.FirstRunMemory, text) : new FirstRunResult { Unknown = Short(text) };
    }

    private static FirstRunResult OutOfTime(FirstRunLimits limits, bool isLate, string work)
    {
        var most = isLate
            ? string.Create(CultureInfo.InvariantCulture, $"{limits.Time.TotalSeconds:0} s")
            : string.Create(CultureInfo.InvariantCulture, $"{limits.ProcessorTime.TotalSeconds:0} s of a processor");
        var text = $"{work} takes more than {most}";
        return limits.IsFairTime ? Refuse(FindingCode.FirstRunTime, text) : new FirstRunResult { Unknown = text };
    }

    private static FirstRunResult Refuse(string code, string message) =>
        new() { Finding = new Finding(code, RegistryLayout.ModelFile, Short(message)) };

    private static List<FirstRunLine> Read(string output)
    {
        var lines = new List<FirstRunLine>();
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                if (JsonSerializer.Deserialize(line, FirstRunJson.Default.FirstRunLine) is { } read)
                    lines.Add(Clean(read));
            }
            catch (JsonException)
            {
                // A library printed it, or the process died while it did.
            }
        }

        return lines;
    }

    private static FirstRunLine Clean(FirstRunLine line) => line with
    {
        Text = line.Text is null ? null : Short(line.Text),
        Values = line.Values?.ToDictionary(static value => value.Key, static value => Short(value.Value)),
    };

    private static string Reason(string errors, int exitCode)
    {
        var ended = exitCode > FirstSignal
            ? Signals.GetValueOrDefault(exitCode - FirstSignal) ?? $"signal {exitCode - FirstSignal}"
            : $"exit code {exitCode}";
        var first = errors.Split('\n').FirstOrDefault(static line => !string.IsNullOrWhiteSpace(line));
        return first is null ? ended : $"{ended}: {first.Trim()}";
    }

    private static bool IsAboutMemory(string errors) =>
        errors.Contains("bad_alloc", StringComparison.Ordinal) || errors.Contains("ut of memory", StringComparison.Ordinal) ||
        errors.Contains("OutOfMemory", StringComparison.Ordinal);

    // A model chooses parts of the runtime's messages. They must not reach a terminal as they are.
    private static string Short(string text)
    {
        var line = Onnx.Reading.OnnxMessage.OneLine(text);
        return line.Length <= Finding.MaxMessage ? line : string.Concat(line.AsSpan(0, Finding.MaxMessage - 3), "...");
    }
}
