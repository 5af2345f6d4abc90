using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Hosting.Memory;
using ModelServing.Router.Forwarding;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Forwarding;

/// <summary>A body that can't be sent twice, because there is no room to keep it.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class StreamedFailoverTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task It_reaches_stable_if_the_variant_accepts_no_connection_because_none_of_it_was_sent()
    {
        await using var stable = RawServer.Answering(
            static request => RawServer.Ok(request.Body.Length.ToString(CultureInfo.InvariantCulture)));
        await using var direct = new DirectForwarding(
            SomePlan.Canary(PlanDocument.Buckets), (1, stable.Address), (2, RawServer.NobodyThere()));
        var context = DirectForwarding.Post(new string('x', ClientBody.JoinedLimit + 1));
        context.Features.Set(new ByteBudget(ClientBody.JoinedLimit));
        var (_, route) = await direct.Failover.ForwardAsync(context, direct.FirstAttempt(Minute, Minute));
        Assert.Same(direct.Model.Stable, route);
        Assert.Equal($"{ClientBody.JoinedLimit + 1}", await DirectForwarding.TextAsync(context));
    }
}
