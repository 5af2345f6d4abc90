using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Runtime.FirstRuns;

namespace ModelServing.Runtime.Replays;

/// <summary>The process of a replay (<see cref="ReplayProcess"/>): limits itself, reads a model from its input, and calls it for each
/// request that follows. It has one thread for the model and a low priority, so what serves on this machine comes first.</summary>
public static class ReplayChild
{
    /// <summary>The argument with which a program is this process.</summary>
    public const string Command = "replay-model";

    private const int WrongInput = 2;
    private const double ArenaShare = 0.75;

    // A replay may take long, and each of its calls has a deadline. This ends what its parent could not.
    private const long MostProcessorSeconds = 24 * 60 * 60;

    /// <summary>Whether a program is started as this process.</summary>
    public static bool IsFor(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return arguments.Count == 2 && arguments[0] == Command;
    }

    /// <summary>Answers requests until the input ends. The process ends without returning.</summary>
    /// <param name="arguments">The command, and the bytes of memory that the process may use.</param>
    public static int Run(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (!long.TryParse(arguments[1], out var memory))
            return WrongInput;
        ProcessLimits.Set(memory, MostProcessorSeconds);
        GiveWay();
        RuntimeTelemetry.TurnOff();
        using var input = new BinaryReader(new BufferedStream(Console.OpenStandardInput()));
        using var output = new BinaryWriter(new BufferedStream(Console.OpenStandardOutput()));
        try
        {
            var manifest = Manifest.Parse(ReadBytes(input));
            var model = ReadBytes(input);
            using var requests = new BlockingCollection<List<ReplayTensor>>(boundedCapacity: 1);
            new Thread(() => Answer(manifest, model, memory, requests, output)) { IsBackground = true, Name = "model" }.Start();
            // If this process's parent ends, so does the input, and nothing waits for the model.
            while (true)
                requests.Add(ReplayFrames.ReadTensors(input));
        }
        catch (EndOfStreamException)
        {
            ProcessEnd.Now(0);
        }
        catch (Exception e) when (e is InvalidDataException or ContractException or IOException)
        {
            Console.Error.WriteLine(e.Message);
        }

        ProcessEnd.Now(WrongInput);
        return WrongInput;
    }

    // The first answer says whether the model could be opened.
    private static void Answer(
        Manifest manifest, byte[] model, long memory, BlockingCollection<List<ReplayTensor>> requests, BinaryWriter output)
    {
        try
        {
            InferenceSession session;
            try
            {
                using var options = RuntimeOptions.CreateSessionOptions(threads: 1);
                (session, _) = RuntimeArena.Open(model, options, (long)Math.Min(uint.MaxValue, ArenaShare * memory));
            }
            catch (Exception e) when (e is OnnxRuntimeException or OutOfMemoryException)
            {
                ReplayFrames.Write(output, ReplayAnswer.Failed(RuntimeMessage.WithoutPlaces(e.Message)));
                ProcessEnd.Now(0);
                return;
            }

            ReplayFrames.Write(output, new ReplayAnswer([], 0, null));
            foreach (var inputs in requests.GetConsumingEnumerable())
                ReplayFrames.Write(output, Call(session, manifest, inputs));
        }
        catch (Exception e)
        {
            // The parent no longer reads, or the runtime is broken: this process has nothing more to do.
            Console.Error.WriteLine(RuntimeMessage.WithoutPlaces(e.Message));
            ProcessEnd.Now(1);
        }
    }

    private static ReplayAnswer Call(InferenceSession session, Manifest manifest, List<ReplayTensor> given)
    {
        var inputs = new List<OrtValue>();
        var began = Stopwatch.GetTimestamp();
        try
        {
            foreach (var input in manifest.Inputs)
            {
                inputs.Add(ReplayValues.Create(
                    input,
                    given.Find(tensor => tensor.Name == input.Name) ?? throw new InvalidDataException($"input {input.Name} is missing")));
            }

            using var options = RuntimeOptions.CreateRunOptions();
            began = Stopwatch.GetTimestamp();
            using var values = session.Run(
                options, [.. manifest.Inputs.Select(static one => one.Name)], inputs, [.. manifest.Outputs.Select(static one => one.Name)]);
            var microseconds = Since(began);
            var left = ReplayFrames.MostBytes;
            var outputs = new List<ReplayTensor>();
            foreach (var (index, output) in manifest.Outputs.Index())
            {
                outputs.Add(ReplayValues.Read(output, values[index], left));
                left -= outputs[^1].Data.Length;
            }

            return new ReplayAnswer(outputs, microseconds, null);
        }
        catch (Exception e) when (e is OnnxRuntimeException or OutOfMemoryException or InvalidDataException)
        {
            return ReplayAnswer.Failed(RuntimeMessage.WithoutPlaces(e.Message), Since(began));
        }
        finally
        {
            foreach (var input in inputs)
                input.Dispose();
        }
    }

    private static long Since(long began) => (long)Stopwatch.GetElapsedTime(began).TotalMicroseconds;

    private static void GiveWay()
    {
        try
        {
            using var own = Process.GetCurrentProcess();
            own.PriorityClass = ProcessPriorityClass.BelowNormal;
        }
        catch (Exception e) when (e is Win32Exception or PlatformNotSupportedException)
        {
            // The system does not let it; the rate of the replay still has a limit.
        }
    }

    private static byte[] ReadBytes(BinaryReader input)
    {
        var count = input.ReadInt64();
        if (count is < 0 or > ModelRegistry.MaxModelBytes)
            throw new InvalidDataException($"it can't have {count} bytes");
        var bytes = new byte[count];
        input.BaseStream.ReadExactly(bytes);
        return bytes;
    }
}
