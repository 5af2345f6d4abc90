using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using ModelServing.Hosting.Memory;
using ModelServing.Inference.Features;
using ModelServing.Inference.Memory;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol.Protobuf;

namespace ModelServing.Inference.Protocol;

/// <summary>
/// The body of an answer (Open Inference Protocol, "Inference Response JSON Object"), or its message if the request was one. It is written
/// into memory that the next answer reuses, because its length must be known before it is sent.
/// </summary>
internal sealed class InferAnswer : IDisposable
{
    // The answer is never HTML, so quotes and signs need no escapes.
    private static readonly JsonWriterOptions Options =
        new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const int LeastElement = 2;

    private readonly AnswerBuffer buffer = new();
    private readonly Utf8JsonWriter json;

    internal InferAnswer() => json = new Utf8JsonWriter(buffer, Options);

    internal AnswerBuffer Body => buffer;

    /// <summary>The size of the tensors that the answer was written from, in bytes.</summary>
    internal long TensorBytes { get; private set; }

    /// <summary>Whether the answer is in Protocol Buffers.</summary>
    internal bool IsProtobuf { get; private set; }

    /// <summary>The length of the JSON, if bytes of tensors follow it; null if all of the answer is JSON, or nothing is.</summary>
    internal int? JsonLength { get; private set; }

    /// <summary>The bytes of the answer and of these tensors.</summary>
    internal long Size => TensorBytes + buffer.Length;

    /// <summary>Whether an output contains NaN or infinity, and no input does. Models pass such inputs on, so an answer to
    /// them says nothing about the model.</summary>
    internal bool IsNonFinite { get; private set; }

    public void Dispose()
    {
        Clear();
        json.Dispose();
    }

    /// <inheritdoc cref="AnswerBuffer.Begin"/>
    internal void Begin(ByteBudget budget, ByteShare share, long mostBytes) => buffer.Begin(budget, share, mostBytes);

    /// <summary>Frees the memory of a long answer, and returns its bytes.</summary>
    internal void Clear()
    {
        // First, because the writer would add the rest of an answer that failed.
        json.Reset();
        buffer.Clear();
    }

    /// <summary>Writes the answer that was begun.</summary>
    /// <param name="model">The model that answers.</param>
    /// <param name="tensors">A tensor for each output that the request wants.</param>
    /// <exception cref="AnswerTooLargeException">The answer is larger than any may be.</exception>
    /// <exception cref="OverBudgetException">The answer does not fit beside other requests.</exception>
    internal void Write(LoadedModel model, InferRequest request, IReadOnlyList<RuntimeTensor> tensors)
    {
        IsNonFinite = false;
        TensorBytes = 0;
        JsonLength = null;
        IsProtobuf = request.IsProtobuf;
        for (var i = 0; i < tensors.Count; i++)
        {
            var format = model.Outputs[request.Outputs[i]].Format;
            TensorBytes += tensors[i].Count * format.ElementBytes;
            IsNonFinite |= format.HasNonFinite(tensors[i]);
        }

        if (IsProtobuf)
            ProtobufAnswer.Write(buffer, model, request, tensors);
        else
            WriteJson(model, request, tensors);
        IsNonFinite = IsNonFinite && !request.HasNonFinite(model.RequestInputs) && !HasNonFinite(model, request.Features);
    }

    private void WriteJson(LoadedModel model, InferRequest request, IReadOnlyList<RuntimeTensor> tensors)
    {
        var outputs = request.Outputs;
        json.Reset(buffer);
        json.WriteStartObject();
        json.WriteString("model_name"u8, model.Name);
        json.WriteString("model_version"u8, model.Version);
        if (request.Id is { } id)
            json.WriteString("id"u8, id);
        json.WriteStartArray("outputs"u8);
        for (var i = 0; i < outputs.Length; i++)
            Write(model.Outputs[outputs[i]], tensors[i], request.Binary?[i] == true);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        if (request.Binary is { } binary)
            WriteBytes(model, outputs, binary, tensors);
    }

    private static bool HasNonFinite(LoadedModel model, ResolvedFeatures? features) =>
        features is not null && model.Features!.Target.Format.HasNonFinite(features.Tensor);

    // The protocol's BYTES may be any bytes. A JSON text can't be.
    private static void RequireText(TensorSpec spec, RuntimeTensor tensor)
    {
        for (var i = 0; i < tensor.Count; i++)
        {
            if (!Utf8.IsValid(tensor.Value.GetStringElementAsSpan(i)))
            {
                throw new RequestFaultException(
                    "outputs", $"element {i} of '{spec.Name}' is not text in UTF-8; ask for it with the parameter 'binary_data'");
            }
        }
    }

    private void WriteBytes(LoadedModel model, int[] outputs, bool[] binary, IReadOnlyList<RuntimeTensor> tensors)
    {
        JsonLength = (int)buffer.Length;
        for (var i = 0; i < outputs.Length; i++)
        {
            if (binary[i])
                BinaryTensor.Write(buffer, model.Outputs[outputs[i]], tensors[i]);
        }
    }

    private void Write(TensorSpec spec, RuntimeTensor tensor, bool isBinary)
    {
        var size = isBinary ? BinaryTensor.LengthOf(spec, tensor) : tensor.Count * LeastElement;
        if (size > buffer.Most)
            throw new AnswerTooLargeException(buffer.Most);
        json.WriteStartObject();
        json.WriteString("name"u8, spec.Utf8Name);
        json.WriteString("datatype"u8, spec.Utf8Datatype);
        json.WriteStartArray("shape"u8);
        foreach (var length in tensor.Shape)
            json.WriteNumberValue(length);
        json.WriteEndArray();
        if (isBinary)
        {
            json.WriteStartObject("parameters"u8);
            json.WriteNumber("binary_data_size"u8, size);
            json.WriteEndObject();
        }
        else
        {
            if (spec.IsText)
                RequireText(spec, tensor);
            json.WriteStartArray("data"u8);
            spec.Format.WriteElements(json, tensor);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
