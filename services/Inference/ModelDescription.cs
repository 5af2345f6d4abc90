using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Inference.Models;

namespace ModelServing.Inference;

/// <summary>Answers questions about the model: its metadata, and whether it is ready.</summary>
internal sealed class ModelDescription(
    InferenceSettings settings, ArtifactLoader loader, Readiness readiness, InferenceMetrics metrics)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The model; null until it is ready.</summary>
    internal LoadedModel? Model => loader.Model;

    internal Task MetadataAsync(HttpContext context) => loader.Model is { } model
        ? WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteString("name"u8, model.Name);
            json.WriteStartArray("versions"u8);
            foreach (var version in VersionsIn(context.Request.Headers) ?? [model.Version])
                json.WriteStringValue(version);
            json.WriteEndArray();
            json.WriteString("platform"u8, "onnxruntime_onnx"u8);
            WriteTensors(json, "inputs", model.RequestInputs);
            WriteTensors(json, "outputs", model.Outputs);
        })
        : NotReadyAsync(context);

    /// <summary>Answers with the names of the models, of which there is one.</summary>
    internal Task ListAsync(HttpContext context) => WriteAsync(context, StatusCodes.Status200OK, json =>
    {
        json.WriteStartArray("models"u8);
        json.WriteStringValue(settings.Model.Text);
        json.WriteEndArray();
    });

    /// <summary>Answers with what the process has done since its start (Triton's statistics extension).</summary>
    internal Task StatsAsync(HttpContext context) => loader.Model is { } model
        ? WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartArray("model_stats"u8);
            json.WriteStartObject();
            json.WriteString("name"u8, model.Name);
            json.WriteString("version"u8, model.Version);
            metrics.Statistics.WriteTo(json);
            json.WriteEndObject();
            json.WriteEndArray();
        })
        : NotReadyAsync(context);

    internal Task ReadyAsync(HttpContext context)
    {
        var ready = loader.Model is not null && readiness.Reason is null;
        return WriteAsync(context, ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, json =>
        {
            json.WriteString("name"u8, settings.Model.Text);
            json.WriteBoolean("ready"u8, ready);
        });
    }

    /// <summary>Answers a request that needs the model before the model is ready.</summary>
    internal Task NotReadyAsync(HttpContext context)
    {
        context.Response.Headers[HeaderNames.ModelOutcome] = HeaderNames.Busy;
        return Problems.NotReady.WriteAsync(
            context,
            $"{settings.Model} version {settings.Version} is not ready: {readiness.Reason}",
            Problems.RequestIdOf(context),
            RetryAfter);
    }

    // The router knows which other versions a caller may name; null if it does not say.
    private static string[]? VersionsIn(IHeaderDictionary headers) =>
        headers[HeaderNames.ModelVersions] is [{ } list]
        && list.Split(',') is var versions
        && versions.All(static version => ModelVersion.TryParse(version, null, out _))
            ? versions
            : null;

    private static void WriteTensors(Utf8JsonWriter json, string name, IReadOnlyList<TensorSpec> specs)
    {
        json.WriteStartArray(name);
        foreach (var spec in specs)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, spec.Utf8Name);
            json.WriteString("datatype"u8, spec.Utf8Datatype);
            json.WriteStartArray("shape"u8);
            foreach (var length in spec.Shape)
                json.WriteNumberValue(length);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static async Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> members)
    {
        var body = new ArrayBufferWriter<byte>(512);
        await using (var json = new Utf8JsonWriter(body, Readable))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.WrittenCount;
        await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }
}
