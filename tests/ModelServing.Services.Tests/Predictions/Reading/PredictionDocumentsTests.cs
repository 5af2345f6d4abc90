using System.Text;
using System.Text.Json;
using Google.Protobuf;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions.Reading;
using ModelServing.Predictions.Records;

namespace ModelServing.Services.Tests.Predictions.Reading;

/// <summary>The JSON form of a prediction record.</summary>
public sealed class PredictionDocumentsTests
{
    [Fact]
    public void A_record_has_the_documented_form()
    {
        var record = SomeRecord.Create(after: TimeSpan.FromMicroseconds(1_234_567));
        record.Experiment = "q4";
        record.Trace = ByteString.CopyFrom(10, 11);
        record.Views.Add(new RecordedView
        {
            View = "card",
            Version = 1,
            Digest = "sha256:1",
            Sequences = { 7, 0 },
            Statuses = { RecordedStatus.Present, RecordedStatus.Unavailable },
        });
        record.Inputs.Add(new RecordedTensor
        {
            Name = "photo",
            Datatype = "UINT8",
            Shape = { 1, 999_999 },
            Omitted = "large",
            Digest = ByteString.CopyFrom(1, 2),
            Pointer = "predictions/large/1",
        });
        var outcome = new Outcome(record.RequestId, OutcomeValue.FromNumber(1), SomeRecord.Start);
        var page = new PredictionsPage([PredictionDocuments.Create(record, outcome)], "7");
        const string Expected = """
            {"predictions":[{"requestId":"01J9Z3NDEKTSV4RRFFQ0000001","attempt":1,"time":"2026-11-28T10:00:01.234567Z","model":"fraud",
            "version":2,"variant":"canary","revision":"0123456789abcdef","trial":3,"experiment":"q4","traceId":"0a0b","routingKeyHash":"abcd",
            "status":200,"nonFinite":false,"comparison":false,
            "inputs":[{"name":"amount","datatype":"FP32","shape":[1,1],"data":[12.5]},
            {"name":"country","datatype":"BYTES","shape":[1,1],"data":["DE"]},
            {"name":"photo","datatype":"UINT8","shape":[1,999999],"omitted":"large","digest":"0102","pointer":"predictions/large/1"}],
            "outputs":[{"name":"probability","datatype":"FP32","shape":[1,1],"data":[0.75]}],
            "latencyMilliseconds":{"read":0.1,"features":0,"wait":0.2,"run":3,"write":0.05,"total":3.5},
            "features":[{"view":"card","version":1,"digest":"sha256:1","sequences":[7,0],"statuses":["present","unavailable"]}],
            "outcome":{"value":1,"observedAt":"2026-11-28T10:00:00Z"}}],"next":"7"}
            """;
        Assert.Equal(Expected.ReplaceLineEndings(""), Encoding.UTF8.GetString(page.ToUtf8()).TrimEnd());
        Assert.Equal(page.ToUtf8(), PredictionsPage.Parse(page.ToUtf8()).ToUtf8());
    }

    [Fact]
    public void An_attempt_without_an_answer_has_neither_status_nor_latency()
    {
        var document = PredictionDocuments.Create(
            new PredictionRecord { RequestId = SomeRecord.IdOf(1), Attempt = 2, Model = "fraud", Version = 1, Reason = "deadline" }, null);
        Assert.Equal(
            (null, "deadline", null, null, null, null),
            (document.Status, document.Reason, document.LatencyMilliseconds, document.Outcome, document.Trial, document.Revision));
    }

    public static TheoryData<string, string> Elements() => new()
    {
        { Json(SomeRecord.Tensor<byte>("x", "BOOL", [3], 0, 1, 2)), "[false,true,true]" },
        { Json(SomeRecord.Tensor<sbyte>("x", "INT8", [2], -128, 127)), "[-128,127]" },
        { Json(SomeRecord.Tensor<short>("x", "INT16", [1], -32768)), "[-32768]" },
        { Json(SomeRecord.Tensor("x", "INT32", [1], int.MinValue)), "[-2147483648]" },
        { Json(SomeRecord.Tensor("x", "INT64", [1], long.MinValue)), "[-9223372036854775808]" },
        { Json(SomeRecord.Tensor<byte>("x", "UINT8", [1], 255)), "[255]" },
        { Json(SomeRecord.Tensor("x", "UINT16", [1], ushort.MaxValue)), "[65535]" },
        { Json(SomeRecord.Tensor("x", "UINT32", [1], uint.MaxValue)), "[4294967295]" },
        { Json(SomeRecord.Tensor("x", "UINT64", [1], ulong.MaxValue)), "[18446744073709551615]" },
        { Json(SomeRecord.Tensor("x", "FP16", [2], (Half)0.5, Half.NaN)), """[0.5,"NaN"]""" },
        { Json(SomeRecord.Tensor<ushort>("x", "BF16", [3], 0x3F00, 0xFF80, 0x7FC0)), """[0.5,"-Infinity","NaN"]""" },
        { Json(SomeRecord.Floats("x", [3], 0.1f, float.PositiveInfinity, float.NegativeInfinity)), """[0.1,"Infinity","-Infinity"]""" },
        { Json(SomeRecord.Tensor("x", "FP64", [2, 1], 0.1, double.NaN)), """[0.1,"NaN"]""" },
        { Json(SomeRecord.Texts("x", [3], "", "a\"b", "\u00fc")), "[\"\",\"a\\u0022b\",\"\\u00FC\"]" },
        { Json(SomeRecord.Floats("x", [0])), "[]" },
    };

    [Theory]
    [MemberData(nameof(Elements))]
    public void Every_data_type_is_written_as_in_answers(string json, string expected) => Assert.Equal(expected, json);

    [Fact]
    public void Data_that_do_not_fit_are_called_unreadable_and_the_rest_of_the_record_is_read()
    {
        RecordedTensor[] damaged =
        [
            SomeRecord.Floats("x", [2], 1),
            SomeRecord.Floats("x", [-1], 1),
            SomeRecord.Floats("x", [long.MaxValue, long.MaxValue, 0], 1),
            SomeRecord.Tensor<byte>("x", "INT64", [1], 1, 2, 3),
            SomeRecord.Tensor<byte>("x", "BYTES", [1], 5, 0, 0, 0, 65),
            SomeRecord.Tensor<byte>("x", "BYTES", [1], 1, 0, 0),
            SomeRecord.Tensor<byte>("x", "COMPLEX", [1], 1),
        ];
        Assert.All(damaged, static tensor =>
        {
            var record = SomeRecord.Create();
            record.Inputs.Insert(0, tensor);
            var document = PredictionDocuments.Create(record, null);
            Assert.Equal((null, PredictionTensor.Unreadable), (document.Inputs[0].Data, document.Inputs[0].Omitted));
            Assert.Equal("[12.5]", document.Inputs[1].Data!.Value.GetRawText());
        });
    }

    [Fact]
    public void An_impossible_time_is_the_nearest_possible_one()
    {
        Assert.Equal(9999, PredictionDocuments.TimeOf(new PredictionRecord { Time = long.MaxValue }).Year);
        Assert.Equal(1, PredictionDocuments.TimeOf(new PredictionRecord { Time = long.MinValue }).Year);
    }

    private static string Json(RecordedTensor tensor)
    {
        var record = new PredictionRecord { Inputs = { tensor } };
        return PredictionDocuments.Create(record, null).Inputs[0] is { Data: JsonElement data } ? data.GetRawText() : "unreadable";
    }
}
