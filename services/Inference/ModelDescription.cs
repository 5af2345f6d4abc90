using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Inference.Models;

namespace ModelServing.Inference;

/// <summary>Answers questions about a version: its metadata, and whether it is ready.</summary>
internal sealed class ModelDescription(
    VersionSettings settings, VersionModel model, VersionReadiness readiness, InferenceMetrics metrics)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>The version's model, which may be closed; null until the version is ready.</summary>
    internal LoadedModel? Model => model.Known;

    internal Task MetadataAsync(HttpContext context) => Model is { } known
        ? JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteString("name"u8, known.Name);
            json.WriteStartArray("versions"u8);
            foreach (var version in VersionsIn(context.Request.Headers) ?? [known.Version])
                json.WriteStringValue(version);
            json.WriteEndArray();
            json.WriteString("platform"u8, "onnxruntime_onnx"u8);
            WriteTensors(json, "inputs", known.RequestInputs);
            WriteTensors(json, "outputs", known.Outputs);
        })
        : NotReadyAsync(context);

    /// <summary>Answers with what the version has done since the start of the process (Triton's statistics extension).</summary>
    internal Task StatsAsync(HttpContext context) => Model is null
        ? NotReadyAsync(context)
        : JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartArray("model_stats"u8);
            WriteStats(json);
            json.WriteEndArray();
        });

    /// <summary>Writes an entry of the statistics.</summary>
    internal void WriteStats(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, settings.Model.Text);
        json.WriteString("version"u8, settings.Version.ToString());
        metrics.Statistics.WriteTo(json);
        json.WriteEndObject();
    }

    internal Task ReadyAsync(HttpContext context)
    {
        var why = readiness.Reason;
        var ready = Model is not null && why is null;
        return JsonAnswer.WriteAsync(context, ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, json =>
        {
            json.WriteString("name"u8, settings.Model.Text);
            json.WriteBoolean("ready"u8, ready);
            // Not the protocol's, but people want to know.
            if (!ready && why is not null)
                json.WriteString("reason"u8, why);
            if (readiness.HasEndedProcess)
                json.WriteBoolean(PoolDocument.EndedProcessMember, true);
        });
    }

    /// <summary>Answers a request that needs the model before the model is ready.</summary>
    internal Task NotReadyAsync(HttpContext context)
    {
        context.Response.Headers[HeaderNames.ModelOutcome] = HeaderNames.Busy;
        return Problems.NotReady.WriteAsync(
            context,
            $"{settings} is not ready: {readiness.Reason ?? "it was closed to make room for others, and could not be opened in time"}",
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
}
