using System.Buffers.Binary;
using CsCheck;
using Google.Protobuf;
using ModelServing.Predictions.Records;

namespace ModelServing.Services.Tests.Predictions.Records;

public class RecordWriterTests
{
    private static readonly Gen<string> Texts = Gen.String[Gen.Char["abc-019.:"], 0, 20];

    private static readonly Gen<RecordedTensor> Tensors = Gen.Select(
        Texts, Gen.Long[0, 1L << 40].Array[0, 4], Gen.Byte.Array[0, 300], static (name, shape, data) =>
        {
            var tensor = new RecordedTensor { Name = name, Datatype = "FP32", Data = ByteString.CopyFrom(data) };
            tensor.Shape.AddRange(shape);
            return tensor;
        });

    private static readonly Gen<RecordedView> Views = Gen.Select(
        Texts, Gen.Int[1, 200], Gen.Long[0, 1L << 60].Array[0, 4], Gen.Int[0, 3].Array[0, 4], static (name, version, sequences, statuses) =>
        {
            var view = new RecordedView { View = name, Version = version, Digest = name };
            view.Sequences.AddRange(sequences);
            view.Statuses.AddRange(statuses.Select(static status => (RecordedStatus)status));
            return view;
        });

    private static readonly Gen<PredictionRecord> Records = Gen.Select(
        Texts.Array[7, 7],
        Gen.Int[1, 200].Array[4, 4],
        Gen.Long[0, 1L << 50],
        Gen.Bool.Array[2, 2],
        Gen.Select(Tensors.Array[0, 3], Tensors.Array[0, 3], Views.Array[0, 3]),
        Gen.Long[0, 1L << 40].Array[6, 6],
        Gen.Byte.Array[0, 16],
        static (texts, numbers, time, flags, tensors, times, key) =>
        {
            var record = new PredictionRecord
            {
                RequestId = texts[0],
                Attempt = numbers[0],
                Time = time,
                Model = texts[1],
                Version = numbers[1],
                Variant = texts[2],
                Revision = texts[3],
                Trial = numbers[2],
                Experiment = texts[4],
                RoutingKey = ByteString.CopyFrom(key),
                Status = numbers[3],
                Reason = texts[5],
                NonFinite = flags[0],
                Comparison = flags[1],
                Latency = new RecordedLatency
                {
                    Read = times[0],
                    Wait = times[1],
                    Run = times[2],
                    Write = times[3],
                    Total = times[4],
                    Features = times[5],
                },
            };
            record.Inputs.AddRange(tensors.Item1);
            record.Outputs.AddRange(tensors.Item2);
            record.Views.AddRange(tensors.Item3);
            record.Trace = time % 2 == 0 ? ByteString.Empty : ByteString.CopyFrom([.. BitConverter.GetBytes(time), .. new byte[8]]);
            return record;
        });

    [Fact]
    public void The_bytes_are_those_of_the_generated_class() =>
        Records.Sample(static record => Assert.Equal(record.ToByteArray(), Write(record).ToArray()));

    [Fact]
    public void Data_of_a_dropped_tensor_are_left_out_and_those_of_a_hashed_one_are_hashed_with_the_key()
    {
        var (secret, other) = (new KeyedHash(new byte[32]), new KeyedHash([.. Enumerable.Repeat((byte)1, 32)]));
        byte[] data = [1, 2, 3, 4];
        var record = Parse(Written(TensorFate.Dropped, data, secret));
        Assert.Equal(("dropped", 0, 0), (record.Omitted, record.Data.Length, record.Digest.Length));
        record = Parse(Written(TensorFate.Hashed, data, secret));
        Assert.Equal(("hashed", 0, RecordWriter.HashBytes), (record.Omitted, record.Data.Length, record.Digest.Length));
        Assert.Equal(record.Digest, Parse(Written(TensorFate.Hashed, data, secret)).Digest);
        Assert.NotEqual(record.Digest, Parse(Written(TensorFate.Hashed, data, other)).Digest);
        Assert.NotEqual(record.Digest, Parse(Written(TensorFate.Hashed, [1, 2, 3, 5], secret)).Digest);
        // Without a key, a hash could be tried out.
        Assert.Equal("dropped", Parse(Written(TensorFate.Hashed, data, null)).Omitted);
    }

    [Fact]
    public void Data_that_make_a_record_too_large_are_replaced_by_their_digest()
    {
        var data = new byte[RecordWriter.MostBytes];
        var tensor = Parse(Written(TensorFate.Kept, data, null));
        Assert.Equal("large", tensor.Omitted);
        Assert.Equal(System.Security.Cryptography.SHA256.HashData(data), tensor.Digest.ToByteArray());
        Assert.Empty(tensor.Data);
    }

    private static RecordedTensor Parse(byte[] record) => PredictionRecord.Parser.ParseFrom(record).Inputs[0];

    private static byte[] Written(TensorFate fate, byte[] data, KeyedHash? hash)
    {
        var writer = RecordWriter.Begin(SomeSpooledRecord.Head("01ARZ3NDEKTSV4RRFFQ69G5FAV"));
        writer.Tensor(isInput: true, new TensorHead("x", "UINT8", fate), [data.Length], data, hash);
        writer.Times(default);
        return writer.Written.ToArray();
    }

    private static ReadOnlySpan<byte> Write(PredictionRecord record)
    {
        var writer = RecordWriter.Begin(new RecordHead
        {
            RequestId = record.RequestId,
            Attempt = record.Attempt,
            Time = DateTimeOffset.UnixEpoch + TimeSpan.FromMicroseconds(record.Time),
            Model = record.Model,
            Version = record.Version,
            Variant = record.Variant,
            Revision = record.Revision,
            Trial = record.Trial,
            Experiment = record.Experiment,
            RoutingKey = record.RoutingKey.Span,
            Status = record.Status,
            Reason = record.Reason,
            IsNonFinite = record.NonFinite,
            IsComparison = record.Comparison,
        });
        foreach (var input in record.Inputs)
            writer.Tensor(isInput: true, new TensorHead(input.Name, input.Datatype), [.. input.Shape], input.Data.Span, null);
        foreach (var output in record.Outputs)
            writer.Tensor(isInput: false, new TensorHead(output.Name, output.Datatype), [.. output.Shape], output.Data.Span, null);
        var latency = record.Latency;
        writer.Times(new RecordTimes(
            TimeSpan.FromMicroseconds(latency.Read),
            TimeSpan.FromMicroseconds(latency.Wait),
            TimeSpan.FromMicroseconds(latency.Run),
            TimeSpan.FromMicroseconds(latency.Write),
            TimeSpan.FromMicroseconds(latency.Total),
            TimeSpan.FromMicroseconds(latency.Features)));
        foreach (var view in record.Views)
            writer.View(new ViewHead(view.View, view.Version, view.Digest), [.. view.Sequences], [.. view.Statuses]);
        writer.Trace(record.Trace.IsEmpty ? UInt128.Zero : BinaryPrimitives.ReadUInt128BigEndian(record.Trace.Span));
        return writer.Written;
    }
}
