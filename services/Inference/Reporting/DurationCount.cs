using System.Text.Json;

namespace ModelServing.Inference.Reporting;

/// <summary>How often something happened, and how long it took altogether (Triton's statistics extension, "$duration_stat").</summary>
internal sealed class DurationCount
{
    private long count;
    private long ticks;

    internal long Count => Interlocked.Read(ref count);

    internal void Add(TimeSpan duration)
    {
        Interlocked.Increment(ref count);
        Interlocked.Add(ref ticks, duration.Ticks);
    }

    internal void WriteTo(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        json.WriteNumber("count"u8, Count);
        json.WriteNumber("ns"u8, Interlocked.Read(ref ticks) * TimeSpan.NanosecondsPerTick);
        json.WriteEndObject();
    }
}
