using Microsoft.ML.OnnxRuntime;

namespace ModelServing.Runtime;

/// <summary>
/// The memory of a model's calls: outputs, and everything between inputs and outputs. It has a limit, at which a call fails; by itself,
/// ONNX Runtime would grow until the container is killed, and would never give memory back.
/// </summary>
/// <remarks>The text of strings is outside of it, and so is what a single operator allocates for itself.</remarks>
public sealed class RuntimeArena : IDisposable
{
    // No larger regions than requested: rounding to powers of two would waste up to half of the limit.
    private const int SameAsRequested = 1;
    private const int Default = -1;
    private const string Shrinkage = "memory.enable_memory_arena_shrinkage";

    // ONNX Runtime's words (bfc_arena.cc). It has no error code for this.
    private const string OutOfMemory = "Available memory of";

    // y = x, one FP32 number: the smallest call with which the runtime can be told to shrink an arena.
    private static readonly byte[] Nothing = Convert.FromBase64String(
        "CAg6NwoQCgF4EgF5IghJZGVudGl0eRIBZ1oPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCAhAR");

    private static readonly Lock Opening = new();

    private readonly InferenceSession shrinking;
    private readonly RunOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private readonly OrtValue number = OrtValue.CreateTensorValueFromMemory(new float[1], [1]);

    private bool isDisposed;

    private RuntimeArena(long most, InferenceSession shrinking)
    {
        Most = most;
        this.shrinking = shrinking;
        options.AddRunConfigEntry(Shrinkage, "cpu:0");
    }

    /// <summary>The limit in bytes.</summary>
    public long Most { get; }

    public void Dispose()
    {
        lock (number)
        {
            isDisposed = true;
            shrinking.Dispose();
            options.Dispose();
            number.Dispose();
        }
    }

    /// <summary>Opens a model whose calls use an arena of its own.</summary>
    /// <param name="session">The session's options.</param>
    /// <param name="most">The limit in bytes.</param>
    public static (InferenceSession Session, RuntimeArena Arena) Open(byte[] model, SessionOptions session, long most)
    {
        session.AddSessionConfigEntry("session.use_env_allocators", "1");
        // Weights stay for as long as the model; they do not count.
        session.AddSessionConfigEntry("session.use_device_allocator_for_initializers", "1");
        // A pattern is kept for each combination of shapes that a caller ever sent, without a limit.
        session.EnableMemoryPattern = false;
        // A session takes the arena that is registered when it is opened.
        lock (Opening)
        {
            Register(most);
            var opened = new InferenceSession(model, session);
            try
            {
                return (opened, new RuntimeArena(most, new InferenceSession(Nothing, session)));
            }
            catch
            {
                opened.Dispose();
                throw;
            }
        }
    }

    /// <summary>Whether a call failed because it needs more memory than the arena has.</summary>
    public static bool IsFull(OnnxRuntimeException e) => e.Message.Contains(OutOfMemory, StringComparison.Ordinal);

    /// <summary>Gives memory that no call uses back to the system. Costs some microseconds, and the next call asks for its memory
    /// again.</summary>
    public void Shrink()
    {
        lock (number)
        {
            if (!isDisposed)
                shrinking.Run(options, ["x"], [number], ["y"]).Dispose();
        }
    }

    private static void Register(long most)
    {
        var runtime = OrtEnv.Instance();
        using var memory = new OrtMemoryInfo(
            OrtMemoryInfo.allocatorCPU, OrtAllocatorType.ArenaAllocator, 0, OrtMemType.Default);
        using var limit = new OrtArenaCfg((uint)most, SameAsRequested, Default, Default);
        try
        {
            runtime.UnregisterAllocator(memory);
        }
        catch (OnnxRuntimeException)
        {
            // It is the first one.
        }

        runtime.CreateAndRegisterAllocator(memory, limit);
    }
}
