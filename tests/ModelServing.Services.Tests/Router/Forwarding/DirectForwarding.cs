using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Metrics;
using ModelServing.Router.Routing;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Forwarding;

/// <summary>The forwarding classes without a router: no host, no sweep, and a clock that only the test moves.</summary>
internal sealed class DirectForwarding : IAsyncDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly RouterMetrics metrics;

    internal DirectForwarding(PlanDocument plan, params (int Version, IPEndPoint Address)[] endpoints)
    {
        metrics = new RouterMetrics(services.GetRequiredService<IMeterFactory>());
        var table = RoutingTable.Build(plan, SomePlan.Endpoints(endpoints), null, Calls, Time);
        Assert.True(table.TryGetModel(SomePlan.Model.Text, out var model));
        Model = model;
        Forwarder = new(Observe, metrics, Time);
        SecondTry = new(Forwarder, metrics, Time);
        Failover = new(Forwarder, SecondTry, Forwarder.Comparison, metrics, Time);
    }

    internal SteppedTime Time { get; } = new();

    internal UpstreamCalls Calls { get; } = new();

    internal ModelRoute Model { get; }

    internal VariantRoute Canary => Model.VariantNamed(VariantPlan.Canary)!;

    internal Forwarder Forwarder { get; }

    internal SecondTry SecondTry { get; }

    internal Failover Failover { get; }

    /// <summary>The observed results, in order.</summary>
    internal List<ForwardResult> Observed { get; } = [];

    /// <summary>A request with a body that is here, and a response that keeps its body.</summary>
    internal static DefaultHttpContext Post(string body) =>
        Post(new MemoryStream(Encoding.UTF8.GetBytes(body)), Encoding.UTF8.GetByteCount(body));

    internal static DefaultHttpContext Post(Stream body, long length)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = HttpMethods.Post;
        context.Request.ContentLength = length;
        context.Request.Body = body;
        context.Response.Body = new MemoryStream();
        return context;
    }

    /// <summary>The body that was written to the response.</summary>
    internal static async Task<string> TextAsync(HttpContext context)
    {
        await context.Response.BodyWriter.FlushAsync(TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray());
    }

    internal Attempt FirstAttempt(TimeSpan timeout, TimeSpan limit) => new()
    {
        Model = Model,
        Route = Canary,
        Action = ModelAction.Infer,
        RequestId = "request-1",
        Began = Time.GetTimestamp(),
        Timeout = timeout,
        Deadline = Time.GetTimestamp() + timeout.Ticks,
        Limit = limit.Ticks,
        IsReported = true,
    };

    internal Retry RetryWithin(TimeSpan timeout) => new(Model, Canary, Time.GetTimestamp() + timeout.Ticks, metrics, Time);

    /// <summary>Empties the model's retry budget.</summary>
    internal void Drain()
    {
        while (Model.Budget.TryTake())
        {
        }
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();

    private void Observe(Attempt attempt, in AttemptResult result) => Observed.Add(result.Result);
}
