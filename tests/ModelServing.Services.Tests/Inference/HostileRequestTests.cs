using ModelServing.Cache.Reports;
using ModelServing.TestKit.Hostile;

namespace ModelServing.Services.Tests.Inference;

/// <summary>The bodies of <c>tests/Hostile</c>: how they are answered, as whose fault they are counted, and what the log has.</summary>
public class HostileRequestTests
{
    private static readonly string[] Canary = ["X-Model-Variant: canary", "X-Model-Trial: 1"];

    private static readonly string[] Kinds = ["requests", "reports", "messages"];

    // What is about the head or the path does not come to the model.
    private static readonly HostileRequest[] Bodies = [.. Kinds.SelectMany(HostileRequests.OfKind)
        .Where(static request => request.Sent is null && request.Path.EndsWith("/{model}/infer", StringComparison.Ordinal))];

    public static TheoryData<string> Names => [.. Bodies.Select(static request => request.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_hostile_body_is_answered_and_counted_by_whose_fault_it_is(string name)
    {
        var request = Bodies.Single(request => request.ToString() == name);
        await using var service = await RunningInference.StartAsync(HostileModel.Named(request.Model).Onnx);
        var target = new HostileTarget(new Uri($"http://{service.Address}"), new Dictionary<string, string>(), Canary);
        var answers = await HostileSender.SendAsync(request with { Model = RunningInference.Model.Text }, target, CancellationToken.None);
        Assert.All(answers, answer => Assert.Null(answer.FaultIn(request)));
        var right = request.Statuses[0];
        var kind = request.Outcome is not null ? AnswerKind.NonFinite
            : right >= 500 ? AnswerKind.Failed
            : right >= 400 ? AnswerKind.ClientError
            : AnswerKind.Answered;
        Assert.Equal(kind is AnswerKind.NonFinite or AnswerKind.Failed, request.IsVersionsFault);
        Assert.Equal([(kind, 1L)], (await service.CanaryCountsAsync(1)).Select(static count => (count.Key, count.Value)));
        Assert.DoesNotContain(service.Log, static line => line.Exception is not null);
    }
}
