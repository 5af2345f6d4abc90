using ModelServing.Contracts;
using ModelServing.Hosting.Memory;
using ModelServing.Inference;
using ModelServing.Inference.Protocol;
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

    [Fact]
    public async Task The_size_of_an_answer_is_that_of_its_own_tensors()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Fp32, -1));
        var model = service.Get<ServedVersions>().All.Single().Model.Current!;
        var budget = new ByteBudget(1024 * 1024);
        using var answer = new InferAnswer();
        foreach (var rows in (long[])[1000, 1000, 10])
        {
            using var request = new InferRequest(null, [model.Inputs[0].Format.Create([rows])], [0]);
            answer.Begin(budget, ByteShare.Whole, 1024 * 1024);
            answer.Write(model, request, request.Inputs);
            Assert.Equal(rows * sizeof(float), answer.TensorBytes);
            Assert.Equal(answer.TensorBytes + answer.Body.Length, answer.Size);
            answer.Clear();
        }
    }
}
