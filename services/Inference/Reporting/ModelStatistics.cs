using System.Text.Json;

namespace ModelServing.Inference.Reporting;

/// <summary>What the process has done since its start, in the form of Triton's statistics extension. There are no caches, no answers in
/// several parts, and no memory figures, so their members are zero or empty.</summary>
internal sealed class ModelStatistics
{
    private readonly DurationCount success = new();
    private readonly DurationCount fail = new();
    private readonly DurationCount queue = new();
    private readonly DurationCount input = new();
    private readonly DurationCount infer = new();
    private readonly DurationCount output = new();
    private readonly DurationCount executions = new();
    private readonly DurationCount unused = new();
    private long inferences;
    private long last;

    /// <summary>Counts an answered request.</summary>
    /// <param name="now">The time of day.</param>
    /// <param name="rows">The rows of the request.</param>
    /// <param name="times">When its parts ended.</param>
    internal void Answered(DateTimeOffset now, long rows, AnswerTimes times)
    {
        var parts = times.Split();
        success.Add(parts.Total);
        queue.Add(parts.Wait);
        input.Add(times.Decoding + parts.Features);
        infer.Add(parts.Run);
        output.Add(parts.Write);
        Interlocked.Add(ref inferences, rows);
        Interlocked.Exchange(ref last, now.ToUnixTimeMilliseconds());
    }

    /// <summary>Counts a request that got an error.</summary>
    internal void Failed(TimeSpan elapsed) => fail.Add(elapsed);

    /// <summary>Counts a call of the model.</summary>
    internal void Ran(TimeSpan elapsed) => executions.Add(elapsed);

    /// <summary>Writes the members of a model.</summary>
    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteNumber("last_inference"u8, Interlocked.Read(ref last));
        json.WriteNumber("inference_count"u8, Interlocked.Read(ref inferences));
        json.WriteNumber("execution_count"u8, executions.Count);
        json.WriteStartObject("inference_stats"u8);
        success.WriteTo(json, "success");
        fail.WriteTo(json, "fail");
        queue.WriteTo(json, "queue");
        input.WriteTo(json, "compute_input");
        infer.WriteTo(json, "compute_infer");
        output.WriteTo(json, "compute_output");
        unused.WriteTo(json, "cache_hit");
        unused.WriteTo(json, "cache_miss");
        json.WriteEndObject();
        json.WriteStartObject("response_stats"u8);
        json.WriteEndObject();
        json.WriteStartArray("batch_stats"u8);
        json.WriteEndArray();
        json.WriteStartArray("memory_usage"u8);
        json.WriteEndArray();
    }
}
