using System.Buffers.Binary;
using System.Security.Cryptography;
using ModelServing.Spool;

namespace ModelServing.Predictions.Records;

/// <summary>
/// Writes a prediction record, as prediction.proto describes it: first the head, then the inputs and the outputs, then the times, and
/// last the feature views and the trace. The bytes
/// are those that the generated class <see cref="PredictionRecord"/> writes. A thread has one writer, because writing a record waits for
/// nothing.
/// </summary>
public sealed class RecordWriter
{
    /// <summary>The largest record. The data of a tensor that does not fit are replaced by their digest.</summary>
    public const int MostBytes = SpoolFormat.MostRecordBytes;

    /// <summary>The length of a keyed hash in bytes.</summary>
    public const int HashBytes = 16;

    private const int FirstCapacity = 8 * 1024;

    // A writer that grew larger than this is not kept.
    private const int MostKept = 256 * 1024;

    // What is left for names, shapes and digests of later tensors.
    private const int Room = 64 * 1024;

    private const byte InputTag = 15 << 3 | 2;
    private const ushort OutputTag = 0x0182; // field 16, two bytes
    private const ushort LatencyTag = 0x018A; // field 17, two bytes
    private const ushort ViewTag = 0x01AA; // field 21
    private const ushort TraceTag = 0x01B2; // field 22
    private const int TraceBytes = 16;
    private const byte SequencesTag = 0x22;
    private const byte StatusesTag = 0x2A;
    private const byte ShapeTag = 0x1A;
    private const byte DataTag = 0x22;
    private const byte OmittedTag = 0x2A;
    private const byte DigestTag = 0x32;

    [ThreadStatic]
    private static RecordWriter? ofThread;

    private readonly ProtobufBuffer buffer = new(FirstCapacity);

    private RecordWriter()
    {
    }

    /// <summary>The record so far.</summary>
    public ReadOnlySpan<byte> Written => buffer.Written;

    /// <summary>How many tensors are in the record only as a digest, because their data do not fit.</summary>
    public int LargeTensors { get; private set; }

    /// <summary>Begins a record with this thread's writer.</summary>
    public static RecordWriter Begin(in RecordHead head)
    {
        var writer = ofThread is { } own && own.buffer.Capacity <= MostKept ? own : ofThread = new RecordWriter();
        writer.buffer.Clear();
        writer.LargeTensors = 0;
        writer.Write(head);
        return writer;
    }

    /// <summary>Adds an input or an output.</summary>
    /// <param name="isInput">Whether it is an input. All inputs come before the first output.</param>
    /// <param name="head">Its name and data type, and what becomes of its data.</param>
    /// <param name="data">Its elements in row-major order, little-endian, as prediction.proto describes them.</param>
    /// <param name="hash">Hashes the data if they are to be hashed. Without it, they are dropped.</param>
    public void Tensor(bool isInput, TensorHead head, ReadOnlySpan<long> shape, ReadOnlySpan<byte> data, KeyedHash? hash)
    {
        var fate = head.Fate == TensorFate.Hashed && hash is null ? TensorFate.Dropped : head.Fate;
        if (fate == TensorFate.Kept && buffer.Written.Length + data.Length <= MostBytes - Room)
        {
            Begin(isInput, head, shape, SizeOfField(data.Length));
            buffer.Text(DataTag, data);
            return;
        }

        if (fate == TensorFate.Kept)
            LargeTensors++;
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        var length = fate switch
        {
            TensorFate.Dropped => 0,
            TensorFate.Hashed => hash!.Compute(data, digest),
            _ => SHA256.HashData(data, digest),
        };
        var why = fate switch { TensorFate.Dropped => "dropped"u8, TensorFate.Hashed => "hashed"u8, _ => "large"u8 };
        Begin(isInput, head, shape, SizeOfField(why.Length) + SizeOfField(length));
        buffer.Text(OmittedTag, why);
        buffer.Text(DigestTag, digest[..length]);
    }

    /// <summary>Adds the times.</summary>
    public void Times(in RecordTimes times)
    {
        var (read, wait, run, write, total, features) = (
            Micros(times.Read), Micros(times.Wait), Micros(times.Run), Micros(times.Write), Micros(times.Total), Micros(times.Features));
        buffer.Begin(LatencyTag, SizeOf(read) + SizeOf(wait) + SizeOf(run) + SizeOf(write) + SizeOf(total) + SizeOf(features));
        buffer.Number(0x08, read);
        buffer.Number(0x10, wait);
        buffer.Number(0x18, run);
        buffer.Number(0x20, write);
        buffer.Number(0x28, total);
        buffer.Number(0x30, features);
    }

    /// <summary>Adds what was read of a feature view.</summary>
    /// <param name="head">The view.</param>
    /// <param name="sequences">The sequence of each row.</param>
    /// <param name="statuses">The status of each row.</param>
    public void View(ViewHead head, ReadOnlySpan<long> sequences, ReadOnlySpan<RecordedStatus> statuses)
    {
        var bytes = 0;
        foreach (var sequence in sequences)
            bytes += ProtobufBuffer.SizeOf((ulong)sequence);
        buffer.Begin(ViewTag, head.Bytes.Length + SizeOfField(bytes) + SizeOfField(statuses.Length));
        buffer.Raw(head.Bytes);
        if (bytes > 0)
            buffer.Begin(SequencesTag, bytes);
        foreach (var sequence in sequences)
            buffer.Varint((ulong)sequence);
        if (statuses.Length > 0)
            buffer.Begin(StatusesTag, statuses.Length);
        foreach (var status in statuses)
            buffer.Varint((ulong)status);
    }

    /// <summary>Adds the trace that the request belongs to; 0 for none.</summary>
    public void Trace(UInt128 trace)
    {
        if (trace == UInt128.Zero)
            return;
        Span<byte> bytes = stackalloc byte[TraceBytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, trace);
        buffer.Begin(TraceTag, TraceBytes);
        buffer.Raw(bytes);
    }

    private void Write(in RecordHead head)
    {
        buffer.Ascii(0x0A, head.RequestId);
        buffer.Number(0x10, head.Attempt);
        buffer.Number(0x18, (head.Time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
        buffer.Ascii(0x22, head.Model);
        buffer.Number(0x28, head.Version);
        buffer.Ascii(0x32, head.Variant);
        buffer.Ascii(0x3A, head.Revision);
        buffer.Number(0x40, head.Trial);
        buffer.Ascii(0x4A, head.Experiment);
        buffer.Text(0x52, head.RoutingKey);
        buffer.Number(0x58, head.Status);
        buffer.Ascii(0x62, head.Reason);
        buffer.Number(0x68, head.IsNonFinite ? 1 : 0);
        buffer.Number(0x70, head.IsComparison ? 1 : 0);
    }

    // The tensor up to its data, of which the message holds 'rest' bytes.
    private void Begin(bool isInput, TensorHead head, ReadOnlySpan<long> shape, int rest)
    {
        var lengths = 0;
        foreach (var length in shape)
            lengths += ProtobufBuffer.SizeOf((ulong)length);
        var size = head.Bytes.Length + SizeOfField(lengths) + rest;
        if (isInput)
            buffer.Begin(InputTag, size);
        else
            buffer.Begin(OutputTag, size);
        buffer.Raw(head.Bytes);
        if (lengths == 0)
            return;
        buffer.Begin(ShapeTag, lengths);
        foreach (var length in shape)
            buffer.Varint((ulong)length);
    }

    private static int SizeOfField(int length) => length == 0 ? 0 : 1 + ProtobufBuffer.SizeOf((ulong)length) + length;

    private static int SizeOf(long number) => number == 0 ? 0 : 1 + ProtobufBuffer.SizeOf((ulong)number);

    private static long Micros(TimeSpan time) => Math.Max(0, time.Ticks / TimeSpan.TicksPerMicrosecond);
}
