using ModelServing.Hosting;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Admin;

/// <summary>Finds the models that can't answer now. Where only the canary can't, stable answers for it, so the model can.</summary>
internal sealed class UnreadyModels(RoutingTableHolder holder, AskedReadiness readiness)
{
    internal async ValueTask<IReadOnlyList<UnreadyModel>> FindAsync(CancellationToken cancellation)
    {
        List<ModelRoute> models = [.. holder.Current?.Models ?? []];
        await readiness.RefreshAsync(
            models.Where(static model => !model.Effective.IsCondemnedStable).Select(static model => model.Stable.Endpoints), cancellation);
        return Find(models);
    }

    private static IReadOnlyList<UnreadyModel> Find(IEnumerable<ModelRoute> models) =>
    [
        .. models
            .Select(static model => (Name: model.Name.Text, Why: WhyNot(model)))
            .Where(static model => model.Why is not null)
            .Select(static model => new UnreadyModel(model.Name, model.Why!))
            .OrderBy(static model => model.Name, StringComparer.Ordinal),
    ];

    private static string? WhyNot(ModelRoute model) =>
        model.Effective.IsCondemnedStable ? $"its stable version {model.Effective.Planned.Stable.Version} is condemned"
        : model.Stable.Endpoints.SaysUnready ? $"no endpoint of its stable version {model.Stable.Version} is ready"
        : null;
}
