using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Inference.Protocol;
using ModelServing.Registry;

namespace ModelServing.Inference.Models;

/// <summary>A version that is open in ONNX Runtime. Calls may run at the same time.</summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly InferenceSession session;
    // What fails is thrown and logged by us; the runtime would write a line of its own to standard error.
    private readonly RunOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private readonly string[] inputNames;
    private readonly string[] outputNames;

    private LoadedModel(Manifest manifest, InferenceSession session)
    {
        this.session = session;
        Manifest = manifest;
        Name = manifest.Model.Text;
        Version = manifest.Version.ToString();
        Inputs = [.. manifest.Inputs.Select(static info => new TensorSpec(info))];
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

    /// <summary>Opens an artifact that was verified and accepted, from its bytes, never from a path: nothing beside them can be read.</summary>
    /// <param name="artifact">The artifact.</param>
    /// <param name="threads">How many threads one call may use.</param>
    /// <exception cref="ModelException">It can't be served; the message says why.</exception>
    internal static LoadedModel Open(Artifact artifact, int threads)
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
            // Threads that spin while they wait take the processor from the other versions of the machine.
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            // What was inspected is ONNX; the runtime would look for its own format first.
            options.AddSessionConfigEntry("session.load_model_format", "ONNX");
            return new LoadedModel(artifact.Manifest, new InferenceSession(BytesOf(artifact.Model), options));
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException($"ONNX Runtime can't open {RegistryLayout.Model(artifact.Manifest.Model, artifact.Manifest.Version)}: {e.Message}", e);
        }
    }

    /// <summary>Runs the model: a tensor for each of the wanted outputs, which the caller disposes.</summary>
    /// <exception cref="OnnxRuntimeException">The runtime failed at it.</exception>
    internal IDisposableReadOnlyCollection<OrtValue> Run(InferRequest request)
    {
        return session.Run(options, inputNames, request.Inputs, Array.ConvertAll(request.Outputs, output => outputNames[output]));
    }

    /// <summary>Runs the model once on zeros, free dimensions of one, so that the first caller does not pay for what happens once.</summary>
    /// <exception cref="OnnxRuntimeException">The model does not take zeros.</exception>
    internal void WarmUp()
    {
        using var request = new InferRequest(
            null,
            [.. Inputs.Select(static spec => spec.Format.Create([.. spec.Shape.Select(static length => length < 0 ? 1 : length)]))],
            [.. Enumerable.Range(0, Outputs.Count)]);
        Run(request).Dispose();
    }

    public void Dispose()
    {
        session.Dispose();
        options.Dispose();
    }

    private static byte[] BytesOf(ReadOnlyMemory<byte> model) =>
        MemoryMarshal.TryGetArray(model, out var array) && array.Offset == 0 && array.Count == array.Array!.Length ? array.Array : model.ToArray();
}
