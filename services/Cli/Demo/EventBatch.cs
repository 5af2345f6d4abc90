using System.Buffers;
using System.Text.Json;
using ModelServing.Sample;

namespace ModelServing.Cli.Demo;

/// <summary>The body of a post of events, well below the feature server's limits.</summary>
internal sealed class EventBatch : IDisposable
{
    private const int MostEvents = 2_000;
    private const int MostBytes = 1024 * 1024;

    private readonly ArrayBufferWriter<byte> body = new();
    private readonly Utf8JsonWriter json;

    internal EventBatch() => json = new Utf8JsonWriter(body);

    internal int Count { get; private set; }

    internal bool IsFull => Count == MostEvents || json.BytesCommitted + json.BytesPending >= MostBytes;

    internal void Add(SampleEvent one)
    {
        if (Count++ == 0)
        {
            json.WriteStartObject();
            json.WriteStartArray("events"u8);
        }

        one.Write(json);
    }

    /// <summary>Ends the body, which is valid until <see cref="Clear"/>.</summary>
    internal ReadOnlyMemory<byte> Close()
    {
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }

    internal void Clear()
    {
        body.ResetWrittenCount();
        json.Reset();
        Count = 0;
    }

    public void Dispose() => json.Dispose();
}
