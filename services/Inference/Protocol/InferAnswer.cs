using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Hosting.Memory;
using ModelServing.Inference.Memory;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Protocol;

/// <summary>
/// The body of an answer (Open Inference Protocol, "Inference Response JSON Object"). It is written into memory that the next answer
/// reuses, because its length must be known before it is sent.
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

    /// <summary>Whether an output contains NaN or infinity.</summary>
    internal bool IsNonFinite { get; private set; }

    public void Dispose()
    {
        Clear();
        json.Dispose();
    }

    /// <summary>Frees the memory of a long answer.</summary>
    internal void Clear()
    {
        // First, because disposing of the writer would write the rest of an answer that failed.
        json.Reset();
        buffer.Clear();
    }

    /// <summary>Writes an answer over the previous one.</summary>
    /// <param name="model">The model that answers.</param>
    /// <param name="id">The caller's identifier, or null.</param>
    /// <param name="outputs">The wanted outputs, as indices into the model's.</param>
    /// <param name="tensors">A tensor for each of <paramref name="outputs"/>.</param>
    /// <param name="bytes">Takes the answer's bytes.</param>
    /// <param name="most">The largest body.</param>
    /// <exception cref="AnswerTooLargeException">The answer would be larger than <paramref name="most"/>.</exception>
    /// <exception cref="OverBudgetException">The answer does not fit beside other requests.</exception>
    internal void Write(
        LoadedModel model, string? id, ReadOnlySpan<int> outputs, IReadOnlyList<OrtValue> tensors, ByteReservation bytes, long most)
    {
        IsNonFinite = false;
        TensorBytes = 0;
        buffer.Begin(bytes, most);
        json.Reset(buffer);
        json.WriteStartObject();
        json.WriteString("model_name"u8, model.Name);
        json.WriteString("model_version"u8, model.Version);
        if (id is not null)
            json.WriteString("id"u8, id);
        json.WriteStartArray("outputs"u8);
        for (var i = 0; i < outputs.Length; i++)
            Write(model.Outputs[outputs[i]], tensors[i]);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    private void Write(TensorSpec spec, OrtValue tensor)
    {
        var shape = tensor.GetTensorTypeAndShape();
        TensorBytes += shape.ElementCount * spec.Format.ElementBytes;
        if (shape.ElementCount > buffer.Most / LeastElement)
            throw new AnswerTooLargeException(buffer.Most);
        json.WriteStartObject();
        json.WriteString("name"u8, spec.Utf8Name);
        json.WriteString("datatype"u8, spec.Utf8Datatype);
        json.WriteStartArray("shape"u8);
        foreach (var length in shape.Shape)
            json.WriteNumberValue(length);
        json.WriteEndArray();
        json.WriteStartArray("data"u8);
        spec.Format.WriteElements(json, tensor, (int)shape.ElementCount);
        IsNonFinite |= spec.Format.HasNonFinite(tensor);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
