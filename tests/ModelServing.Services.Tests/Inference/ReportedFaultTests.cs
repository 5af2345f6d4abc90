using ModelServing.Cache.Reports;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference;

/// <summary>Public bug reports about other serving platforms, with their own models and requests.</summary>
public class ReportedFaultTests
{
    private const string Count =
        """{"inputs":[{"name":"count","shape":[],"datatype":"INT64","data":[1000000000000]}]}""";

    public static TheoryData<string, byte[], string, int, AnswerKind> Reports => new()
    {
        {
            "a cut emoji",
            ReportedModels.Text,
            """{"inputs":[{"name":"s","shape":[1],"datatype":"BYTES","data":["cut \ud83d"]}]}""",
            400,
            AnswerKind.ClientError
        },
        {
            "lengths that do not fit",
            ReportedModels.Two,
            """{"inputs":[{"name":"input_ids","shape":[1,2],"datatype":"FP32","data":[1,2]},{"name":"attention_mask","shape":[1,3],"datatype":"FP32","data":[1,1,1]}]}""",
            400,
            AnswerKind.ClientError
        },
        {
            "null for absent members",
            ReportedModels.Text,
            """{"id":null,"parameters":null,"outputs":null,"inputs":[{"name":"s","shape":[1],"datatype":"BYTES","parameters":null,"data":["x"]}]}""",
            200,
            AnswerKind.Answered
        },
        {
            "a declared decoding",
            ReportedModels.Text,
            """{"inputs":[{"name":"s","shape":[1],"datatype":"BYTES","parameters":{"content_type":"base64"},"data":["eA=="]}]}""",
            400,
            AnswerKind.ClientError
        },
        {
            "NaN in, NaN out",
            ReportedModels.Log,
            """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":["NaN"]}]}""",
            200,
            AnswerKind.Answered
        },
        {
            "a finite number in, NaN out",
            ReportedModels.Log,
            """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[-1]}]}""",
            200,
            AnswerKind.NonFinite
        },
        { "work without an end", ReportedModels.Loop, Count, 504, AnswerKind.Failed },
    };

    [Theory]
    [MemberData(nameof(Reports))]
    public async Task A_reported_request_is_answered_and_counted_by_whose_fault_it_is(
        string report, byte[] onnx, string request, int status, AnswerKind kind)
    {
        await using var service = await RunningInference.StartAsync(onnx);
        var answer = await service.SendAsync(
            request, ("X-Model-Variant", "canary"), ("X-Model-Trial", "1"), ("X-Request-Timeout", status == 504 ? "300" : "60000"));
        Assert.True(answer.Status == status, $"{report}: {answer.Body}");
        Assert.Equal([kind], (await service.CanaryCountsAsync(1)).Keys);
    }
}
