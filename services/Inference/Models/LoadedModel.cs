using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Inference.Protocol;
using ModelServing.Registry;

namespace ModelServing.Inference.Models;

/// <summary>A version that is open in ONNX Runtime. Several calls may run at the same time. It is closed when it was disposed and no call
/// uses it any more.</summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly InferenceSession session;
    private readonly string[] inputNames;
    private readonly string[] outputNames;
    private int users = 1;
    private int isDisposed;

    private LoadedModel(Manifest manifest, InferenceSession session)
    {
        this.session = session;
        Manifest = manifest;
        Name = manifest.Model.Text;
        Version = manifest.Version.ToString();
        Inputs = [.. manifest.Inputs.Select(info => new TensorSpec(info, session.InputMetadata[info.Name].SymbolicDimensions))];
        Outputs = [.. manifest.Outputs.Select(static info => new TensorSpec(info))];
        inputNames = [.. Inputs.Select(static spec => spec.Name)];
        outputNames = [.. Outputs.Select(static spec => spec.Name)];
        Reader = new InferRequestReader(Inputs, Outputs);
    }

    internal Manifest Manifest { get; }

    internal string Name { get; }

    internal string Version { get; }

    internal IReadOnlyList<TensorSpec> Inputs { get; }

    internal IReadOnlyList<TensorSpec> Outputs { get; }

    internal InferRequestReader Reader { get; }

    /// <summary>Whether lengths are free, and zeros are known to be good elements. Then a failure on zeros is due to their
    /// lengths.</summary>
    internal bool RunsOnZeros { get; private set; }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) == 0)
            Release();
    }

    /// <summary>Opens a verified and accepted artifact from its bytes. It is never opened from a path, so the runtime can't read any other
    /// file.</summary>
    /// <param name="artifact">The artifact.</param>
    /// <param name="options">From <see cref="CreateSessionOptions"/>.</param>
    /// <exception cref="ModelException">The artifact can't be served.</exception>
    internal static LoadedModel Open(Artifact artifact, SessionOptions options)
    {
        try
        {
            return new LoadedModel(artifact.Manifest, new InferenceSession(BytesOf(artifact.Model), options));
        }
        catch (OnnxRuntimeException e)
        {
            var key = RegistryLayout.Model(artifact.Manifest.Model, artifact.Manifest.Version);
            throw new ModelException($"ONNX Runtime can't open {key}: {RuntimeMessage.WithoutPlaces(e.Message)}", e);
        }
    }

    /// <param name="threads">The number of threads that one call may use.</param>
    internal static SessionOptions CreateSessionOptions(int threads)
    {
        var options = new SessionOptions
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
        return options;
    }

    // Failures are thrown and logged by this program. Otherwise the runtime would also write them to standard error.
    internal static RunOptions CreateRunOptions() => new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };

    /// <summary>Keeps the model open until <see cref="Release"/>; false if it is closed.</summary>
    internal bool TryUse()
    {
        while (true)
        {
            var count = Volatile.Read(ref users);
            if (count == 0)
                return false;
            if (Interlocked.CompareExchange(ref users, count + 1, count) == count)
                return true;
        }
    }

    internal void Release()
    {
        if (Interlocked.Decrement(ref users) == 0)
            session.Dispose();
    }

    /// <summary>Runs the model and returns a tensor for each wanted output. The caller must dispose them.</summary>
    /// <exception cref="OnnxRuntimeException">The call failed, or <paramref name="options"/> ended it.</exception>
    internal IDisposableReadOnlyCollection<OrtValue> Run(InferRequest request, RunOptions options) =>
        session.Run(options, inputNames, request.Inputs, Array.ConvertAll(request.Outputs, output => outputNames[output]));

    /// <summary>Runs the model once on zeros, with a length of 1 for each free dimension, so that no request waits for one-time
    /// work.</summary>
    /// <exception cref="OnnxRuntimeException">The model does not accept zeros, or <paramref name="options"/> ended the call.</exception>
    internal void WarmUp(RunOptions options)
    {
        using var request = new InferRequest(
            null,
            [.. Inputs.Select(static spec => spec.Format.Create([.. spec.Shape.Select(static length => length < 0 ? 1 : length)]))],
            [.. Enumerable.Range(0, Outputs.Count)]);
        Run(request, options).Dispose();
        RunsOnZeros = Inputs.Any(static spec => spec.HasFreeLength);
    }

    private static byte[] BytesOf(ReadOnlyMemory<byte> model) =>
        MemoryMarshal.TryGetArray(model, out var array) && array.Offset == 0 && array.Count == array.Array!.Length
            ? array.Array
            : model.ToArray();
}
