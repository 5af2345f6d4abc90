using System.Buffers.Binary;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Registry.FirstRuns;

namespace ModelServing.Runtime.FirstRuns;

/// <summary>The process of a first run (<see cref="FirstRun"/>): limits itself, reads a model from its input, opens it as the inference
/// service does, and runs it. Each step is a line of its output.</summary>
public static class FirstRunChild
{
    private const int WrongInput = 2;

    // A pod with little memory has less.
    private const double ArenaShare = 0.75;

    /// <summary>Whether a program is started as this process.</summary>
    public static bool IsFor(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return arguments.Count == 3 && arguments[0] == FirstRunProgram.Command;
    }

    /// <summary>Runs the model. The process ends without returning.</summary>
    /// <param name="arguments">The command, the bytes of memory and the seconds of processor time that the process may use.</param>
    public static int Run(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (!long.TryParse(arguments[1], out var memory) || !long.TryParse(arguments[2], out var seconds))
            return WrongInput;
        ProcessLimits.Set(memory, seconds);
        RuntimeTelemetry.TurnOff();
        // Loads the runtime's library. If it is missing, that is not the model's fault.
        _ = OrtEnv.Instance();
        using var output = Console.OpenStandardOutput();
        Write(output, new FirstRunLine(FirstRunStep.Started));
        try
        {
            using var input = Console.OpenStandardInput();
            var manifest = Manifest.Parse(Read(input));
            var model = Read(input);
            if (input.ReadByte() < 0)
                ProcessEnd.Now(WrongInput);
            ProcessEnd.With(input);
            Try(manifest, model, memory, line => Write(output, line));
        }
        catch (Exception e) when (e is EndOfStreamException or ContractException)
        {
            Console.Error.WriteLine(e.Message);
            ProcessEnd.Now(WrongInput);
        }
        catch (Exception e) when (IsAboutMemory(e))
        {
            Write(output, new FirstRunLine(FirstRunStep.OutOfMemory) { Text = RuntimeMessage.WithoutPlaces(e.Message) });
        }

        // Nothing of the model may run any more, such as its threads and what its library does at the end.
        ProcessEnd.Now(0);
        return 0;
    }

    private static void Try(Manifest manifest, byte[] model, long memory, Action<FirstRunLine> write)
    {
        InferenceSession session;
        try
        {
            using var options = RuntimeOptions.CreateSessionOptions(threads: 1);
            (session, _) = RuntimeArena.Open(model, options, (long)Math.Min(uint.MaxValue, ArenaShare * memory));
        }
        catch (OnnxRuntimeException e) when (!IsAboutMemory(e))
        {
            write(new FirstRunLine(FirstRunStep.Refused) { Text = RuntimeMessage.WithoutPlaces(e.Message) });
            return;
        }

        if (manifest.Inputs.FirstOrDefault(input => !session.InputMetadata.ContainsKey(input.Name)) is { } missing)
        {
            write(new FirstRunLine(FirstRunStep.Refused) { Text = $"opened, it has no input '{missing.Name}'" });
            return;
        }

        write(new FirstRunLine(FirstRunStep.Opened));
        var run = new ModelRun(session, manifest);
        try
        {
            write(new FirstRunLine(FirstRunStep.Answered) { Values = run.OnZeros() });
        }
        catch (OnnxRuntimeException e) when (!IsAboutMemory(e))
        {
            write(new FirstRunLine(FirstRunStep.NotAnswered) { Text = RuntimeMessage.WithoutPlaces(e.Message) });
        }

        run.OnOthers(text => write(new FirstRunLine(FirstRunStep.Probes) { Text = text }));
        write(new FirstRunLine(FirstRunStep.Done));
    }

    private static bool IsAboutMemory(Exception e) =>
        e is OutOfMemoryException ||
        (e is OnnxRuntimeException failure && (RuntimeArena.IsFull(failure) || RuntimeMessage.IsAboutMemory(e.Message)));

    private static byte[] Read(Stream input)
    {
        Span<byte> length = stackalloc byte[sizeof(long)];
        input.ReadExactly(length);
        var count = BinaryPrimitives.ReadInt64LittleEndian(length);
        if (count is < 0 or > ModelRegistry.MaxModelBytes)
            throw new EndOfStreamException($"it can't have {count} bytes");
        var bytes = new byte[count];
        input.ReadExactly(bytes);
        return bytes;
    }

    private static void Write(Stream output, FirstRunLine line)
    {
        output.Write([.. line.ToUtf8(), (byte)'\n']);
        output.Flush();
    }
}
