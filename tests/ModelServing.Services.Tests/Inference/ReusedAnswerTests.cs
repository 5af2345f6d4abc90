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
}
