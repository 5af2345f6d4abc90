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

    // A session takes the arena that is registered when it is opened.
    private static RuntimeArena? registered;

    private int users = 1;

    private RuntimeArena(long most, InferenceSession shrinking)
    {
        Most = most;
        this.shrinking = shrinking;
        options.AddRunConfigEntry(Shrinkage, "cpu:0");
    }

    /// <summary>The limit in bytes.</summary>
    public long Most { get; }

    /// <summary>Whether several models use it.</summary>
    public bool IsShared => Volatile.Read(ref users) > 1;

    /// <summary>One of its models is closed. The memory is gone with the last one.</summary>
    public void Dispose()
    {
        lock (number)
        {
            if (--users > 0)
                return;
            shrinking.Dispose();
            options.Dispose();
            number.Dispose();
        }
    }

    /// <summary>Opens a model whose calls use an arena of their own, or that of other models.</summary>
    /// <param name="session">The session's options.</param>
    /// <param name="most">The limit of an arena of its own, in bytes.</param>
    /// <param name="shared">The arena of other models; null for one of its own. If all of them are closed, it is gone, and the model gets
    /// another one.</param>
    /// <returns>The session and its arena. The caller disposes of both.</returns>
    public static (InferenceSession Session, RuntimeArena Arena) Open(
        byte[] model, SessionOptions session, long most, RuntimeArena? shared = null)
    {
        session.AddSessionConfigEntry("session.use_env_allocators", "1");
        // Weights stay for as long as the model; they do not count.
        session.AddSessionConfigEntry("session.use_device_allocator_for_initializers", "1");
        // A pattern is kept for each combination of shapes that a caller ever sent, without a limit.
        session.EnableMemoryPattern = false;
        lock (Opening)
        {
            if (shared is not null && shared == registered && shared.TryShare())
                return (OpenIn(shared, model, session), shared);
            Register(most);
            registered = null;
            var opened = new InferenceSession(model, session);
            try
            {
                return (opened, registered = new RuntimeArena(most, new InferenceSession(Nothing, session)));
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
            if (users > 0)
                shrinking.Run(options, ["x"], [number], ["y"]).Dispose();
        }
    }

    private static InferenceSession OpenIn(RuntimeArena shared, byte[] model, SessionOptions session)
    {
        try
        {
            return new InferenceSession(model, session);
        }
        catch
        {
            shared.Dispose();
            throw;
        }
    }

    private bool TryShare()
    {
        lock (number)
        {
            if (users == 0)
                return false;
            users++;
            return true;
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
