using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Hosting.Memory;
using ModelServing.Inference.Batching;
using ModelServing.Inference.Features;
using ModelServing.Inference.Memory;
using ModelServing.Inference.Protocol;
using ModelServing.Inference.Protocol.Protobuf;
using ModelServing.Inference.Reporting;
using ModelServing.Registry;
using ModelServing.Runtime;

namespace ModelServing.Inference.Models;

/// <summary>A version that is open in ONNX Runtime. Several calls may run at the same time. It is closed when it was disposed and no call
/// uses it any more.</summary>
internal sealed class LoadedModel : IDisposable
{
    // The model itself, until it is disposed of, and the call.
    private const int UsersOfOneCall = 2;

    private readonly InferenceSession session;
    private readonly RuntimeArena arena;
    private readonly string[] inputNames;
    private readonly string[] outputNames;
    private IDisposable? place;
    private double jsonCost;
    private double protobufCost;
    private int users = 1;
    private int isDisposed;
    private long used;

    private LoadedModel(Manifest manifest, InferenceSession session, RuntimeArena arena)
    {
        this.session = session;
        this.arena = arena;
        Manifest = manifest;
        Name = manifest.Model.Text;
        Version = manifest.Version.ToString();
        Inputs = [.. manifest.Inputs.Select(info => new TensorSpec(info, session.InputMetadata[info.Name].SymbolicDimensions))];
        Outputs = [.. manifest.Outputs.Select(info => new TensorSpec(info, session.OutputMetadata[info.Name].SymbolicDimensions))];
        inputNames = [.. Inputs.Select(static spec => spec.Name)];
        outputNames = [.. Outputs.Select(static spec => spec.Name)];
        RequestInputs = Inputs;
        Reader = new InferRequestReader(Inputs, Outputs);
        ProtobufReader = new ProtobufRequestReader(Inputs, Outputs);
        (jsonCost, protobufCost) = CostsOf(Inputs);
    }

    internal Manifest Manifest { get; }

    /// <summary>The memory of its calls.</summary>
    internal RuntimeArena Arena => arena;

    internal string Name { get; }

    internal string Version { get; }

    internal IReadOnlyList<TensorSpec> Inputs { get; }

    internal IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>How one of the inputs is filled; null if callers send all of them.</summary>
    internal FeaturePlan? Features { get; private set; }

    /// <summary>The inputs that callers send.</summary>
    internal IReadOnlyList<TensorSpec> RequestInputs { get; private set; }

    /// <summary>Counts the inputs of requests; null if the version was published without a profile of its training.</summary>
    internal ServedInputs? Served { get; private set; }

    internal InferRequestReader Reader { get; private set; }

    internal ProtobufRequestReader ProtobufReader { get; private set; }

    /// <summary>How calls are combined.</summary>
    internal BatchRule Batching { get; private set; } = BatchRule.Off("the model was not tried yet");

    /// <summary>How long its first calls took.</summary>
    internal TimeSpan WarmUpTime { get; set; }

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
    /// <param name="options">From <see cref="RuntimeOptions"/>.</param>
    /// <param name="memory">What it may use. If it opens, it owns its place.</param>
    /// <exception cref="ModelException">The artifact can't be served.</exception>
    internal static LoadedModel Open(Artifact artifact, SessionOptions options, ModelMemory memory)
    {
        try
        {
            var (session, arena) = RuntimeArena.Open(BytesOf(artifact.Model), options, memory.RuntimeBytes, memory.Arena);
            return new LoadedModel(artifact.Manifest, session, arena) { place = memory.Place };
        }
        catch (OnnxRuntimeException e)
        {
            var key = RegistryLayout.Model(artifact.Manifest.Model, artifact.Manifest.Version);
            throw new ModelException($"ONNX Runtime can't open {key}: {RuntimeMessage.WithoutPlaces(e.Message)}", e);
        }
    }

    /// <summary>Fills an input with features from now on. No request may have seen the model before.</summary>
    internal void Use(FeaturePlan plan)
    {
        Features = plan;
        RequestInputs = plan.Inputs;
        Reader = new InferRequestReader(plan.Inputs, Outputs);
        ProtobufReader = new ProtobufRequestReader(plan.Inputs, Outputs);
        (jsonCost, protobufCost) = CostsOf(plan.Inputs);
    }

    /// <summary>The most bytes of memory that one byte of a request can cost: the body and its tensors.</summary>
    internal double BytesPerByteOf(in BodyForm form) => form.IsProtobuf ? protobufCost : jsonCost;

    /// <summary>Counts inputs from now on, if there is something to compare them with.</summary>
    internal void CountInputs() => Served = ServedInputs.Create(this);

    /// <summary>Goes on as the same version did when it was last open: what was found out about it is true again, and its inputs go on to
    /// be counted.</summary>
    internal void Continue(LoadedModel known)
    {
        Batching = known.Batching;
        if (known.Features is { } plan)
            Use(plan);
        Served = known.Served;
    }

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
        if (Interlocked.Decrement(ref users) > 0)
            return;
        session.Dispose();
        arena.Dispose();
        place?.Dispose();
    }

    /// <summary>Notes that a call used much memory. What small ones use, the next ones use again.</summary>
    internal void Used(long bytes) => Interlocked.Add(ref used, bytes);

    /// <summary>Returns what calls used since the last time.</summary>
    internal long TakeUsed() => Interlocked.Exchange(ref used, 0);

    /// <summary>Gives the memory of earlier calls back to the system. The model must be in use.</summary>
    internal void Shrink() => arena.Shrink();

    /// <summary>Whether a call that did not get the memory that it needs was the only one, so that a retry is useless.</summary>
    internal bool IsOnlyUserOfMemory => Volatile.Read(ref users) <= UsersOfOneCall;

    /// <summary>Says that a call needs more memory than all calls may use.</summary>
    internal string MemoryText => $"The model needs more than {arena.Most} bytes of memory for this request, which is the limit; ask for " +
        "fewer rows in one request";

    /// <summary>The exception for a call that did not get the memory that it needs, because other calls use it.</summary>
    internal OverBudgetException OverBudget() =>
        new($"The calls of {Name} use too much of the {arena.Most} bytes that they may use together; retry later");

    /// <summary>Runs the model and returns a tensor for each wanted output. The caller must dispose them.</summary>
    /// <exception cref="OnnxRuntimeException">The call failed, or <paramref name="options"/> ended it.</exception>
    internal IDisposableReadOnlyCollection<OrtValue> Run(InferRequest request, RunOptions options) =>
        Run(Array.ConvertAll(TensorsOf(request), static tensor => tensor.Value), request.Outputs, options);

    /// <inheritdoc cref="Run(InferRequest, RunOptions)"/>
    /// <param name="inputs">A value for each of <see cref="Inputs"/>.</param>
    /// <param name="outputs">The wanted outputs, as indices.</param>
    internal IDisposableReadOnlyCollection<OrtValue> Run(OrtValue[] inputs, int[] outputs, RunOptions options)
    {
        try
        {
            return Call(inputs, outputs, options);
        }
        catch (OnnxRuntimeException e) when (RuntimeArena.IsFull(e))
        {
            // Perhaps only because free memory is in pieces that are too small.
            arena.Shrink();
            return Call(inputs, outputs, options);
        }
    }

    /// <summary>A tensor of the request, or its features, for each of <see cref="Inputs"/>.</summary>
    internal RuntimeTensor[] TensorsOf(InferRequest request) => request.Features is { } features
        ? Array.ConvertAll(Features!.SessionInputs, input => input < 0 ? features.Tensor : request.Inputs[input])
        : request.Inputs;

    /// <summary>Tries which of the model's calls can be combined.</summary>
    /// <param name="mostRows">The most rows of a batch.</param>
    /// <param name="options">The options of the calls.</param>
    /// <exception cref="OnnxRuntimeException"><paramref name="options"/> ended a call.</exception>
    internal void FindBatching(int mostRows, RunOptions options) => Batching = new BatchProbe(this, mostRows, options).Run();

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

    private static (double Json, double Protobuf) CostsOf(IReadOnlyList<TensorSpec> inputs) =>
        (1 + TensorCost.PerByte(inputs), 1 + TensorCost.PerProtobufByte(inputs));

    private IDisposableReadOnlyCollection<OrtValue> Call(OrtValue[] inputs, int[] outputs, RunOptions options) =>
        session.Run(options, inputNames, inputs, Array.ConvertAll(outputs, output => outputNames[output]));

    private static byte[] BytesOf(ReadOnlyMemory<byte> model) =>
        MemoryMarshal.TryGetArray(model, out var array) && array.Offset == 0 && array.Count == array.Array!.Length
            ? array.Array
            : model.ToArray();
}
