using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Router.Metrics;
using ModelServing.Services.Tests.Functions.Listener;

namespace ModelServing.Services.Tests.Router.Routing;

/// <summary>What a router with a thousand models says: none of it grows with their number.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class ManyModelsInRouterTests
{
    private const int Count = 1000;

    [Fact]
    public async Task Its_metrics_stay_below_a_megabyte_and_no_series_is_dropped()
    {
        await using var router = await StartAsync(ManyModels.Plan(Count));
        var text = await MetricsAfterTrafficAsync(router);
        Assert.InRange(text.Length, 1, 1_000_000);
        Assert.DoesNotContain("otel_metric_overflow", text, StringComparison.Ordinal);
        Assert.Equal(4 * Count, await router.CountAsync("modelserving_router_request_duration_seconds_count"));
        Assert.Equal(0, await router.CountAsync("modelserving_router_endpoints", "state=\"ready\""));
    }

    [Fact]
    public async Task The_metrics_of_a_hundred_models_name_each()
    {
        await using var router = await StartAsync(ManyModels.Plan(100));
        var text = await MetricsAfterTrafficAsync(router);
        Assert.DoesNotContain("otel_metric_overflow", text, StringComparison.Ordinal);
        Assert.Equal(1, await router.CountAsync("modelserving_router_attempts_total", "model=\"model-00099\"", "variant=\"canary\""));
        Assert.Equal(2, await router.CountAsync(
            "modelserving_router_request_duration_seconds_count", "model=\"model-00099\"", "variant=\"canary\""));
    }

    [Fact]
    public async Task Its_log_names_what_changed_and_at_most_ten_models()
    {
        var log = new RecordedLog();
        await using var router = await StartAsync(ManyModels.Plan(Count), services => services.AddSingleton<ILoggerFactory>(log));
        File.WriteAllBytes(router.PlanPath + ".new", ManyModels.Plan(Count).WithWeight(77, 900).ToUtf8());
        File.Move(router.PlanPath + ".new", router.PlanPath, overwrite: true);
        await RunningRouter.UntilAsync(() => Applied().Count() == 2, "the changed plan is applied");
        Assert.StartsWith(
            "Plan applied: 1000 models, 1000 of them changed: model-00000: stable", Applied().First(), StringComparison.Ordinal);
        Assert.Equal(
            "Plan applied: 1000 models, 1 of them changed: model-00077: stable v1 91%, canary v2 9%", Applied().Last());
        Assert.All(log.Lines, static line => Assert.InRange(line.Message.Length, 0, 2000));

        IEnumerable<string> Applied() =>
            log.Lines.Select(static line => line.Message).Where(static line => line.StartsWith("Plan applied", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_problem_about_an_unknown_model_does_not_list_them_all()
    {
        await using var router = await StartAsync(ManyModels.Plan(Count));
        var answer = await router.AskAsync(RunningRouter.Get("/v2/models/none"));
        Assert.Equal(404, answer.Status);
        Assert.InRange(answer.Text.Length, 1, 1000);
        Assert.Contains("1000 models", answer.Text, StringComparison.Ordinal);
    }

    private static async Task<RunningRouter> StartAsync(PlanDocument plan, Action<IServiceCollection>? services = null)
    {
        var router = await RunningRouter.StartAsync(static settings => settings, services);
        File.WriteAllBytes(router.EndpointsPath, EndpointsDocument.None.ToUtf8());
        File.WriteAllBytes(router.PlanPath, plan.ToUtf8());
        await RunningRouter.UntilAsync(() => router.Readiness.Reason is null, "the router is ready");
        return router;
    }

    // As the handler counts: two statuses and one attempt of each variant.
    private static async Task<string> MetricsAfterTrafficAsync(RunningRouter router)
    {
        var metrics = router.Get<RouterMetrics>();
        foreach (var variant in router.Table.Models.SelectMany(static model => model.Variants))
        {
            metrics.Answered(variant.Tags, 200, TimeSpan.FromMilliseconds(3), null);
            metrics.Answered(variant.Tags, 503, TimeSpan.FromMilliseconds(3), "no-ready-endpoint");
            metrics.Attempted(variant.Tags.Success);
        }

        return (await router.AskAsync(RunningRouter.Get("/metrics"))).Text;
    }
}
