using ModelServing.Router.Endpoints;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Endpoints;

/// <summary>What is left of an ejection, or of a time without connections, once an endpoint is back.</summary>
public sealed class EjectionEndTests
{
    private readonly SteppedTime time = new();
    private readonly EndpointHealth health;

    public EjectionEndTests() => health = new EndpointHealth(time);

    [Fact]
    public void After_its_return_it_takes_as_many_failures_in_a_row_as_before()
    {
        for (var ejection = 0; ejection < 3; ejection++)
        {
            for (var i = 1; i < EndpointHealth.FailuresToEject; i++)
                Assert.False(health.Failed());
            Assert.True(health.Failed());
            Assert.True(health.Eject());
            Assert.False(health.CanProbe());
            time.Advance(EndpointHealth.MaxEjection);
            Assert.True(health.CanProbe());
            health.MarkReady();
            Assert.False(health.IsFailing);
        }
    }

    [Fact]
    public void After_its_return_it_counts_as_ready_whatever_its_version_said_before()
    {
        health.SaysReady = false;
        Assert.True(health.Eject());
        health.MarkReady();
        Assert.True(health.SaysReady);
    }

    [Fact]
    public void Only_a_time_without_connections_makes_it_new()
    {
        Assert.True(health.IsNew);
        Answer(EndpointHealth.NewAnswers + 1);
        Assert.True(health.IsNew);
        time.Advance(EndpointHealth.NewFor);
        Assert.False(health.IsNew);

        Assert.True(health.Eject());
        health.MarkReady();
        Assert.False(health.IsNew);

        health.Refused();
        health.MarkReady();
        Assert.True(health.IsNew);
        time.Advance(EndpointHealth.NewFor);
        Answer(EndpointHealth.NewAnswers);
        Assert.True(health.IsNew);
        Answer(1);
        Assert.False(health.IsNew);
    }

    [Fact]
    public void A_time_without_connections_begins_with_the_first_refusal()
    {
        health.Refused();
        var since = time.GetTimestamp();
        time.Advance(TimeSpan.FromSeconds(30));
        health.Refused();
        Assert.Equal((EndpointState.Unreachable, since), (health.State, health.UnreachableSince));
        // It ends only with a connection, and the next one begins afresh.
        health.MarkReady();
        health.Refused();
        Assert.Equal(time.GetTimestamp(), health.UnreachableSince);
    }

    [Fact]
    public void An_ejected_endpoint_that_then_accepts_no_connection_may_come_back_at_once()
    {
        Assert.True(health.Eject());
        health.Refused();
        Assert.True(health.CanProbe());
    }

    private void Answer(int times)
    {
        for (var i = 0; i < times; i++)
            health.Succeeded();
    }
}
