using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Inference.Memory;
using ModelServing.Inference.Protocol;
using ModelServing.Registry;

namespace ModelServing.Inference.Models;

/// <summary>A version that is open in ONNX Runtime. Several calls may run at the same time.</summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly InferenceSession session;
    private readonly RuntimeArena arena;
    // Failures are thrown and logged by this program. Otherwise the runtime would also write them to standard error.
    private readonly RunOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private readonly string[] inputNames;
    private readonly string[] outputNames;

    private LoadedModel(Manifest manifest, InferenceSession session, RuntimeArena arena)
    {
        this.session = session;
        this.arena = arena;
        Manifest = manifest;
        Name = manifest.Model.Text;
        Version = manifest.Version.ToString();
        Inputs = [.. manifest.Inputs.Select(static info => new TensorSpec(info))];
        Outputs = [.. manifest.Outputs.Select(static info => new TensorSpec(info))];
        inputNames = [.. Inputs.Select(static spec => spec.Name)];
        outputNames = [.. Outputs.Select(static spec => spec.Name)];
        Reader = new InferRequestReader(Inputs, Outputs);
        BytesPerByte = 1 + TensorCost.PerByte(Inputs);
    }

    internal Manifest Manifest { get; }

    internal string Name { get; }

    internal string Version { get; }

    internal IReadOnlyList<TensorSpec> Inputs { get; }

    internal IReadOnlyList<TensorSpec> Outputs { get; }

    internal InferRequestReader Reader { get; }

    /// <summary>The most bytes of memory that one byte of a request can cost: the body and its tensors.</summary>
    internal double BytesPerByte { get; }

    /// <summary>The most that its calls may use together, in bytes.</summary>
    internal long RuntimeBytes => arena.Most;

    public void Dispose()
    {
        arena.Dispose();
        session.Dispose();
        options.Dispose();
    }

    /// <summary>Opens a verified and accepted artifact from its bytes. It is never opened from a path, so the runtime can't read any other
    /// file.</summary>
    /// <param name="artifact">The artifact.</param>
    /// <param name="threads">The number of threads that one call may use.</param>
    /// <param name="runtimeBytes">The most that its calls may use together, in bytes.</param>
    /// <exception cref="ModelException">The artifact can't be served.</exception>
    internal static LoadedModel Open(Artifact artifact, int threads, long runtimeBytes)
    {
        try
        {
            using var options = new SessionOptions
            {
                IntraOpNumThreads = threads,
                InterOpNumThreads = 1,
                ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
                GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            };
            // Threads that spin while they wait would take processor time from other versions on the machine.
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            // The bytes were inspected as ONNX. Without this the runtime would look for its own format first.
            options.AddSessionConfigEntry("session.load_model_format", "ONNX");
            var (session, arena) = RuntimeArena.Open(BytesOf(artifact.Model), options, runtimeBytes);
            return new LoadedModel(artifact.Manifest, session, arena);
        }
        catch (OnnxRuntimeException e)
        {
            var key = RegistryLayout.Model(artifact.Manifest.Model, artifact.Manifest.Version);
            throw new ModelException($"ONNX Runtime can't open {key}: {e.Message}", e);
        }
    }

    /// <summary>Runs the model and returns a tensor for each wanted output. The caller must dispose them.</summary>
    /// <exception cref="OnnxRuntimeException">The call failed.</exception>
    internal IDisposableReadOnlyCollection<OrtValue> Run(InferRequest request)
    {
        try
        {
            return Call(request);
        }
        catch (OnnxRuntimeException e) when (RuntimeArena.IsFull(e))
        {
            // Perhaps only because free memory is in pieces that are too small.
            arena.Shrink();
            return Call(request);
        }
    }

    /// <summary>Gives the memory of earlier calls back to the system.</summary>
    internal void Shrink() => arena.Shrink();

    /// <summary>Runs the model once on zeros, with a length of 1 for each free dimension, so that no request waits for one-time
    /// work.</summary>
    /// <exception cref="OnnxRuntimeException">The model does not accept zeros.</exception>
    internal void WarmUp()
    {
        using var request = new InferRequest(
            null,
            [.. Inputs.Select(static spec => spec.Format.Create([.. spec.Shape.Select(static length => length < 0 ? 1 : length)]))],
            [.. Enumerable.Range(0, Outputs.Count)]);
        Run(request).Dispose();
    }

    private IDisposableReadOnlyCollection<OrtValue> Call(InferRequest request) =>
        session.Run(options, inputNames, request.Inputs, Array.ConvertAll(request.Outputs, output => outputNames[output]));

    private static byte[] BytesOf(ReadOnlyMemory<byte> model) =>
        MemoryMarshal.TryGetArray(model, out var array) && array.Offset == 0 && array.Count == array.Array!.Length
            ? array.Array
            : model.ToArray();
}
