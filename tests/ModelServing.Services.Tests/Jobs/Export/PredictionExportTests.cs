using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions.Records;
using ModelServing.Services.Tests.Jobs.Readers;
using ModelServing.Services.Tests.Predictions;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Jobs.Export;

/// <summary>The exported file, as readers that share no code with the writer see it.</summary>
public sealed class PredictionExportTests : IDisposable
{
    private static readonly string[] FixedColumns =
    [
        "request_id VARCHAR", "attempt INTEGER", "time TIMESTAMP WITH TIME ZONE", "model VARCHAR", "version INTEGER", "variant VARCHAR",
        "revision VARCHAR", "trial INTEGER", "experiment VARCHAR", "routing_key_hash VARCHAR", "status INTEGER", "reason VARCHAR",
        "non_finite BOOLEAN", "comparison BOOLEAN", "read_ms DOUBLE", "features_ms DOUBLE", "wait_ms DOUBLE", "run_ms DOUBLE",
        "write_ms DOUBLE", "total_ms DOUBLE", "features VARCHAR",
        "outcome DOUBLE", "outcome_text VARCHAR", "outcome_observed_at TIMESTAMP WITH TIME ZONE",
    ];

    private readonly TemporaryFolder folder = new();
    private readonly MemoryPredictionStore store = new();

    private string Path => folder.Combine("out.parquet");

    public PredictionExportTests() => ParquetReading.SkipUnlessInstalled();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Every_part_of_a_record_is_in_a_column_of_its_type()
    {
        var record = SomeRecord.Create(1, TimeSpan.FromMicroseconds(1_234_567), attempt: 2);
        record.Experiment = "q4";
        record.NonFinite = true;
        record.Views.Add(new RecordedView
        {
            View = "card",
            Version = 1,
            Digest = "sha256:1",
            Sequences = { 7 },
            Statuses = { RecordedStatus.Expired },
        });
        record.Latency.Features = 1;
        store.Add(record);
        store.Outcomes[record.RequestId] = new Outcome(record.RequestId, OutcomeValue.FromFlag(true), SomeRecord.Start);
        Assert.Matches(@"out\.parquet: 1 predictions, [0-9,]+ bytes$", await SomeExport.ToFileAsync(store, Path));

        var read = ParquetReading.ByDuckDb(Path);
        Assert.Equal([.. FixedColumns, "input_amount FLOAT", "input_country VARCHAR", "output_probability FLOAT"], read.Columns);
        const string Expected = """
            {"request_id":"01J9Z3NDEKTSV4RRFFQ0000001","attempt":2,"time":"1795860001234567","model":"fraud","version":2,
            "variant":"canary","revision":"0123456789abcdef","trial":3,"experiment":"q4","routing_key_hash":"abcd","status":200,
            "reason":null,"non_finite":true,"comparison":false,"read_ms":0.1,"features_ms":0.001,"wait_ms":0.2,"run_ms":3,
            "write_ms":0.05,"total_ms":3.5,
            "features":"[{\u0022view\u0022:\u0022card\u0022,\u0022version\u0022:1,\u0022digest\u0022:
            \u0022sha256:1\u0022,\u0022sequences\u0022:[7],\u0022statuses\u0022:[\u0022expired\u0022]}]",
            "outcome":1,"outcome_text":null,"outcome_observed_at":"1795860000000000",
            "input_amount":12.5,"input_country":"DE","output_probability":0.75}
            """;
        Assert.Equal(Expected.ReplaceLineEndings(""), read.Rows.Single().ToJsonString());
        var other = ParquetReading.ByHyparquet(Path).Rows.Single();
        foreach (var (name, value) in read.Rows.Single().Where(static one => !one.Key.Contains("time") && !one.Key.EndsWith("_at")))
            Assert.Equal(value?.ToJsonString(), other[name]?.ToJsonString());
    }

    [Fact]
    public async Task Elements_of_every_type_are_read_back_as_numbers_and_as_lists()
    {
        RecordedTensor[] one =
        [
            SomeRecord.Tensor<byte>("bool", "BOOL", [1], 1), SomeRecord.Tensor<sbyte>("i8", "INT8", [1], -128),
            SomeRecord.Tensor<short>("i16", "INT16", [1], -32768), SomeRecord.Tensor("i32", "INT32", [1], int.MinValue),
            SomeRecord.Tensor("i64", "INT64", [1], long.MinValue), SomeRecord.Tensor<byte>("u8", "UINT8", [1], 255),
            SomeRecord.Tensor("u16", "UINT16", [1], ushort.MaxValue), SomeRecord.Tensor("u32", "UINT32", [1], uint.MaxValue),
            SomeRecord.Tensor("u64", "UINT64", [1], ulong.MaxValue), SomeRecord.Tensor("f16", "FP16", [1], (Half)0.5),
            SomeRecord.Floats("f32", [1], float.NaN), SomeRecord.Tensor("f64", "FP64", [1], double.NegativeInfinity),
            SomeRecord.Texts("text", [1], "\u00fc\u0000\"'"),
        ];
        RecordedTensor[] many =
        [
            SomeRecord.Tensor<byte>("bool_l", "BOOL", [2], 1, 0), SomeRecord.Tensor<sbyte>("i8_l", "INT8", [2], -128, 127),
            SomeRecord.Tensor<short>("i16_l", "INT16", [2], -1, 2), SomeRecord.Tensor("i32_l", "INT32", [1, 2], 3, 4),
            SomeRecord.Tensor("i64_l", "INT64", [2, 1], 5L, 6L), SomeRecord.Tensor<byte>("u8_l", "UINT8", [2], 7, 255),
            SomeRecord.Tensor<ushort>("u16_l", "UINT16", [2], 9, 10), SomeRecord.Tensor("u32_l", "UINT32", [2], 11u, 12u),
            SomeRecord.Tensor("u64_l", "UINT64", [2], 13ul, ulong.MaxValue), SomeRecord.Tensor("f16_l", "FP16", [2], (Half)0.5, Half.NaN),
            SomeRecord.Floats("f32_l", [3], 0.1f, float.PositiveInfinity, -0f), SomeRecord.Tensor("f64_l", "FP64", [2], 0.1, 2),
            SomeRecord.Texts("text_l", [2], "", "b"), SomeRecord.Floats("empty_l", [0]),
        ];
        var record = SomeRecord.Create();
        record.Inputs.Clear();
        record.Inputs.AddRange([.. one, .. many]);
        store.Add(record);
        await SomeExport.ToFileAsync(store, Path);

        string[] numbers =
        [
            "true", "-128", "-32768", "-2147483648", "-9223372036854775808", "255", "65535", "4294967295", "18446744073709551615", "0.5",
            "NaN", "-Infinity", "\\u00FC\\uFFFD\\u0022\\u0027",
        ];
        string[] lists =
        [
            "[true,false]", "[-128,127]", "[-1,2]", "[3,4]", "[\"5\",\"6\"]", "[7,255]", "[9,10]", "[11,12]",
            "[\"13\",\"18446744073709551615\"]", "[0.5,\"NaN\"]", "[0.10000000149011612,\"Infinity\",0]", "[0.1,2]", "[\"\",\"b\"]", "[]",
        ];
        foreach (var read in (ParquetReading[])[ParquetReading.ByDuckDb(Path), ParquetReading.ByHyparquet(Path)])
        {
            Assert.Equal(numbers, one.Select(tensor => Value(read, tensor)));
            Assert.Equal(lists, many.Select(tensor => Value(read, tensor)?.Replace("-0", "0", StringComparison.Ordinal)));
            Assert.Equal("[\"2\",\"1\"]", read.Column("input_i64_l_shape").Single());
        }

        string[] types =
        [
            "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "FLOAT", "FLOAT",
            "DOUBLE", "VARCHAR",
        ];
        var columns = ParquetReading.ByDuckDb(Path).Columns;
        Assert.Equal(one.Zip(types, static (tensor, type) => $"input_{tensor.Name} {type}"), columns.Skip(FixedColumns.Length).Take(13));
        Assert.Contains("input_u8_l UTINYINT[]", columns);

        static string? Value(ParquetReading read, RecordedTensor tensor) => read.Column($"input_{tensor.Name}").Single();
    }

    [Fact]
    public async Task Records_of_different_versions_share_a_file()
    {
        var old = SomeRecord.Create(1);
        var other = SomeRecord.Create(2, TimeSpan.FromMinutes(3));
        other.Inputs.Clear();
        // Another type of the same name, a name in other letters, a batch, and names that need quotes.
        other.Inputs.Add(SomeRecord.Tensor("amount", "INT64", [1], 5L));
        other.Inputs.Add(SomeRecord.Floats("COUNTRY", [1], 2));
        other.Inputs.Add(SomeRecord.Floats("a\"b', c", [1], 3));
        other.Outputs.Clear();
        other.Outputs.Add(SomeRecord.Floats("probability", [2, 1], 0.25f, 0.5f));
        other.Model = "other";
        store.Add(old, other);
        await SomeExport.ToFileAsync(store, Path, SomeExport.Request("fraud", "other"));
        var read = ParquetReading.ByDuckDb(Path);
        Assert.Equal(
            [
                "input_amount_fp32 FLOAT", "input_country VARCHAR", "output_probability FLOAT[]", "output_probability_shape BIGINT[]",
                "input_amount_int64 BIGINT", "input_COUNTRY_2 FLOAT", "input_a\"b', c FLOAT",
            ],
            read.Columns.Skip(FixedColumns.Length));
        Assert.Equal(["12.5", null], read.Column("input_amount_fp32"));
        Assert.Equal([null, "5"], read.Column("input_amount_int64"));
        Assert.Equal([null, "2"], read.Column("input_COUNTRY_2"));
        Assert.Equal(["[0.75]", "[0.25,0.5]"], read.Column("output_probability"));
        Assert.Equal(["[\"1\",\"1\"]", "[\"2\",\"1\"]"], read.Column("output_probability_shape"));
        Assert.Equal(["fraud", "other"], read.Column("model"));
    }

    [Fact]
    public async Task Data_that_are_not_in_the_record_say_why_in_a_column_of_their_own()
    {
        var record = SomeRecord.Create(1);
        record.Inputs.Clear();
        record.Inputs.Add(new RecordedTensor { Name = "card", Datatype = "BYTES", Omitted = "hashed", Digest = Bytes(1, 2) });
        record.Inputs.Add(new RecordedTensor { Name = "name", Datatype = "BYTES", Omitted = "dropped" });
        record.Inputs.Add(
            new RecordedTensor { Name = "photo", Datatype = "UINT8", Omitted = "large", Digest = Bytes(1), Pointer = "large/1" });
        record.Inputs.Add(SomeRecord.Floats("broken", [2], 1));
        record.Inputs.Add(SomeRecord.Tensor<byte>("odd", "COMPLEX64", [1], 1));
        store.Add(record, SomeRecord.Create(2, TimeSpan.FromMinutes(1)));
        await SomeExport.ToFileAsync(store, Path);
        var read = ParquetReading.ByDuckDb(Path);
        Assert.Equal(
            ["hashed 0102", "dropped", "large large/1", "unreadable", "unreadable"],
            ((string[])["card", "name", "photo", "broken", "odd"]).Select(name => read.Column($"input_{name}_omitted").First()));
        Assert.Equal([null, "12.5"], read.Column("input_amount"));
    }

    [Fact]
    public async Task An_attempt_without_an_answer_and_an_outcome_of_each_kind_are_rows()
    {
        store.Add(new PredictionRecord
        {
            RequestId = SomeRecord.IdOf(1),
            Attempt = 1,
            Model = "fraud",
            Version = 1,
            Variant = "stable",
            Time = SomeRecord.MicrosecondsOf(SomeRecord.Start),
            Reason = "deadline",
        });
        store.Add(Enumerable.Range(2, 4).Select(static i => SomeRecord.Create(i, TimeSpan.FromMinutes(i))));
        OutcomeValue[] values = [OutcomeValue.FromNumber(-2.5), OutcomeValue.FromFlag(false), OutcomeValue.FromText("chargeback")];
        foreach (var (index, value) in values.Index())
            store.Outcomes[SomeRecord.IdOf(index + 2)] = new Outcome(SomeRecord.IdOf(index + 2), value, SomeRecord.Start.AddDays(index));
        await SomeExport.ToFileAsync(store, Path);
        var read = ParquetReading.ByDuckDb(Path);
        Assert.Equal([null, "200", "200", "200", "200"], read.Column("status"));
        Assert.Equal(["deadline", null, null, null, null], read.Column("reason"));
        Assert.Equal([null, "3.5", "3.5", "3.5", "3.5"], read.Column("total_ms"));
        Assert.Equal([null, "-2.5", "0", null, null], read.Column("outcome"));
        Assert.Equal([null, null, null, "chargeback", null], read.Column("outcome_text"));
        Assert.Equal([null, "1795860000000000", "1795946400000000", "1796032800000000", null], read.Column("outcome_observed_at"));
    }

    [Fact]
    public async Task The_range_is_exact_and_without_predictions_the_file_has_no_rows()
    {
        store.Add(Enumerable.Range(0, 4).Select(static i => SomeRecord.Create(i, TimeSpan.FromSeconds(i))));
        var request = SomeExport.Request() with { Since = SomeRecord.Start.AddSeconds(1), Until = SomeRecord.Start.AddSeconds(3) };
        await SomeExport.ToFileAsync(store, Path, request);
        Assert.Equal(
            [SomeRecord.IdOf(1), SomeRecord.IdOf(2)], ParquetReading.ByDuckDb(Path).Column("request_id").Order(StringComparer.Ordinal));

        var empty = folder.Combine("empty.parquet");
        var done = await SomeExport.ToFileAsync(store, empty, SomeExport.Request("other"));
        Assert.Contains(": 0 predictions", done, StringComparison.Ordinal);
        Assert.Equal(FixedColumns, ParquetReading.ByDuckDb(empty).Columns);
        Assert.Empty(ParquetReading.ByHyparquet(empty).Rows);
    }

    [Fact]
    [SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "The same records each time.")]
    public async Task Many_rows_are_in_several_groups_and_all_of_them_are_there()
    {
        // More data than the memory that the rows may use, and hard to compress.
        var random = new Random(1);
        const int Rows = 36_000;
        var noise = new byte[2 * 1024];
        store.Add(Enumerable.Range(0, Rows).Select(i =>
        {
            var record = SomeRecord.Create(i, TimeSpan.FromMilliseconds(i * 100));
            random.NextBytes(noise);
            record.Inputs.Add(SomeRecord.Tensor("x", "UINT8", [1, noise.Length], noise));
            return record;
        }));
        await SomeExport.ToFileAsync(store, Path, SomeExport.Request() with { MemoryMegabytes = 64 });
        var written = new FileInfo(Path).Length;
        Assert.InRange(written, 70_000_000, long.MaxValue);
        var read = ParquetReading.ByHyparquet(Path, "request_id");
        Assert.Equal(Enumerable.Range(0, Rows).Select(SomeRecord.IdOf), read.Column("request_id").Order(StringComparer.Ordinal));
        Assert.InRange(read.Groups, 5, 20);
    }

    private static ByteString Bytes(params byte[] bytes) => ByteString.CopyFrom(bytes);
}
