using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference;

/// <summary>An answer is written where an earlier one was. Nothing of that one is left.</summary>
public sealed class ReusedAnswerTests
{
    [Fact]
    public async Task After_a_non_finite_answer_a_finite_one_is_not_the_versions_fault()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Reciprocal(Datatype.Fp32));
        foreach (var (element, outcome) in ((string, string?)[])[("0", "non-finite"), ("2", null), ("0", "non-finite"), ("4", null)])
        {
            var answer = await service.SendAsync(
                $$"""{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[{{element}}]}]}""");
            Assert.Equal((200, outcome), (answer.Status, answer.Outcome));
        }
    }

    [Fact]
    public async Task After_an_answer_with_bytes_one_without_them_is_only_JSON()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Fp32, -1));
        foreach (var isBinary in (bool[])[true, false, true, false])
        {
            var parameters = isBinary ? ""","parameters":{"binary_data_output":true}""" : "";
            using var body = new StringContent(
                $$"""{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[2]}]{{parameters}}}""");
            using var answer = await service.Client.PostAsync(InferencePaths.Infer(RunningInference.Model), body);
            Assert.Equal(200, (int)answer.StatusCode);
            Assert.Equal(isBinary, answer.Headers.Contains(HeaderNames.JsonLength));
        }
    }
}
