using System.Runtime.CompilerServices;
using ModelServing.Router.Forwarding.Wire;

namespace ModelServing.Services.Tests.Router.Forwarding.Wire;

/// <summary>What is left of a request to a version when it has ended.</summary>
public sealed class UpstreamCallsTests
{
    [Fact]
    public void A_request_that_was_cut_off_leaves_nothing_and_its_object_is_not_used_again()
    {
        var calls = new UpstreamCalls();
        var ended = CutOff(calls);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(ended.IsAlive);
    }

    [Fact]
    public void An_object_is_used_again_unless_the_clients_body_failed()
    {
        var calls = new UpstreamCalls();
        var first = calls.Begin(100, CancellationToken.None);
        calls.End(first);
        var second = calls.Begin(200, CancellationToken.None);
        Assert.Same(first, second);
        second.BodyFailure = new IOException();
        calls.End(second);
        var third = calls.Begin(300, CancellationToken.None);
        Assert.NotSame(second, third);
        Assert.Null(third.BodyFailure);
        // The sweep looks at the request that is in flight, and at no other one.
        calls.CutOffDue(300);
        Assert.Equal((true, false), (third.HasExpired, second.HasExpired));
        Assert.Equal((true, false), (third.Cut.IsCancellationRequested, second.Cut.IsCancellationRequested));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference CutOff(UpstreamCalls calls)
    {
        var call = calls.Begin(100, CancellationToken.None);
        calls.CutOffDue(100);
        Assert.True(call.HasExpired);
        calls.End(call);
        Assert.NotSame(call, calls.Begin(200, CancellationToken.None));
        return new WeakReference(call);
    }
}
