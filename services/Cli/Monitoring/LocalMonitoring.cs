using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Cli.Monitoring.Queries;
using ModelServing.Contracts;
using ModelServing.Contracts.Monitoring;
using ModelServing.Contracts.Reliability;
using ModelServing.Hosting;
using ModelServing.Hosting.Connections;

namespace ModelServing.Cli.Monitoring;

/// <summary>
/// The replacement for OCI Monitoring on this machine: stores the metrics that ModelMetrics posts, evaluates the queries of the alarms once
/// a minute with Monitoring's window, pending time and slack, and passes on each change.
/// </summary>
internal sealed class LocalMonitoring : IAsyncDisposable
{
    // Its only callers are the functions of one platform.
    private const int MostConnections = 64;

    private static readonly Problem BadRequest = new(StatusCodes.Status400BadRequest, "bad-request", "Bad request");

    private readonly WebApplication app;
    private readonly Lock gate = new();
    private readonly DatapointStore datapoints;
    private readonly QueryEvaluation evaluation;
    private readonly IReadOnlyList<AlarmWatch> watches;
    private readonly TimeSpan minute;
    private readonly TimeProvider time;
    private readonly Action<AlarmTransition> changed;
    private readonly CancellationTokenSource closing = new();
    private readonly TerminalLoops? loops;
    private DateTimeOffset next;
    private Task evaluating = Task.CompletedTask;

    /// <summary>Makes an instance that does not listen yet.</summary>
    /// <param name="minute">How long a minute of the platform lasts.</param>
    /// <param name="changed">Receives the changes, one at a time; it must not block.</param>
    /// <param name="secret">The secret of the run, which callers must send.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loops">Runs the evaluation; null reports no failure of it.</param>
    /// <exception cref="ContractException">A query can't be read.</exception>
    internal LocalMonitoring(
        IReadOnlyList<AlarmDefinition> alarms,
        TimeSpan minute,
        Action<AlarmTransition> changed,
        string secret,
        TimeProvider time,
        TerminalLoops? loops = null)
    {
        this.loops = loops;
        this.minute = minute;
        this.changed = changed;
        this.time = time;
        watches = [.. alarms.Select(static alarm => new AlarmWatch(alarm))];
        datapoints = new DatapointStore(minute, time);
        evaluation = new QueryEvaluation(datapoints, minute);
        next = MinuteOf(time.GetUtcNow()) + minute;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        ConnectionLimits.Add(builder, MostConnections);
        app = builder.Build();
        ConnectionLimits.Use(app);
        app.Use(HeadRequests.AsGet);
        LoopbackHosts.Require(app);
        var admission = new RunSecret(secret);
        app.Use(next => async context =>
        {
            if (await admission.AdmitsAsync(context))
                await next(context);
        });
        app.UseRouting();
        app.MapPost(MetricPost.Path, TakeAsync);
        app.MapGet(FiringAlarms.Path, FiringAsync);
    }

    /// <summary>Receives each accepted post.</summary>
    internal Action<MetricPost>? Posted { get; set; }

    /// <summary>The address that it listens on, such as <c>http://127.0.0.1:40001</c>.</summary>
    internal string Address => app.Urls.First();

    /// <summary>Starts listening and evaluating.</summary>
    internal async Task StartAsync(CancellationToken cancellation)
    {
        await app.StartAsync(cancellation);
        evaluating = loops?.RunAsync("alarms", EvaluateAsync, closing.Token)
            ?? new SurvivingLoop(time).RunAsync(EvaluateAsync, closing.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await evaluating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await app.DisposeAsync();
        closing.Dispose();
    }

    /// <summary>Evaluates every minute whose slack has passed.</summary>
    /// <exception cref="AggregateException">Some of the alarms can't be evaluated; the others were.</exception>
    internal void EvaluateNow()
    {
        var failures = new List<Exception>();
        lock (gate)
        {
            var slack = ModelAlarms.Slack / TimeSpan.FromMinutes(1) * minute;
            for (var end = MinuteOf(time.GetUtcNow() - slack); next <= end; next += minute)
            {
                foreach (var watch in watches)
                    Evaluate(watch, failures);
            }
        }

        if (failures.Count > 0)
            throw new AggregateException(failures);
    }

    private void Evaluate(AlarmWatch watch, List<Exception> failures)
    {
        try
        {
            foreach (var change in watch.Evaluate(evaluation, next))
                changed(change);
        }
        catch (Exception e)
        {
            failures.Add(e);
        }
    }

    private async Task EvaluateAsync(CancellationToken cancellation)
    {
        // At the beginning of a minute, so the message is on its way before ModelMetrics looks for unanswered alarms.
        var now = time.GetUtcNow();
        await Task.Delay(MinuteOf(now) + minute - now, time, cancellation);
        EvaluateNow();
    }

    private async Task TakeAsync(HttpContext context)
    {
        if (UnsupportedBody.FindIn(context) is { } unsupported)
        {
            await UnsupportedBody.Problem.WriteAsync(context, unsupported);
            return;
        }

        MetricPost post;
        try
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            post = MetricPost.Parse(body.ToArray());
            if (post.MetricData.Count > MetricPost.MaxStreams)
                throw new ContractException($"the post has {post.MetricData.Count} streams; the most is {MetricPost.MaxStreams}");
        }
        catch (ContractException e)
        {
            await BadRequest.WriteAsync(context, e.Message);
            return;
        }
        catch (Exception e) when (CallerLeft.IsShownBy(e, context))
        {
            CallerLeft.End(context);
            return;
        }
        catch (Exception e) when (BodyFault.Find(e) is not null)
        {
            var (problem, detail) = BodyFault.Find(e)!.Value;
            await problem.WriteAsync(context, detail);
            return;
        }

        var refused = datapoints.Add(post);
        Posted?.Invoke(post);
        var answer = new MetricPostAnswer(refused.Count, [.. refused.Select(static one => new FailedMetric(one.Why, one.Data))]);
        await WriteAsync(context, answer.ToUtf8());
    }

    private async Task FiringAsync(HttpContext context)
    {
        byte[] body;
        lock (gate)
            body = new FiringAlarms([.. watches.SelectMany(static watch => watch.Firing)]).ToUtf8();
        await WriteAsync(context, body);
    }

    private static Task WriteAsync(HttpContext context, byte[] json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }

    private DateTimeOffset MinuteOf(DateTimeOffset when) => new(when.UtcTicks / minute.Ticks * minute.Ticks, TimeSpan.Zero);
}
