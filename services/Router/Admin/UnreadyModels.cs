using ModelServing.Hosting;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Admin;

/// <summary>Finds the models that can't answer now. Where only the canary can't, stable answers for it, so the model can.</summary>
internal sealed class UnreadyModels(RoutingTableHolder holder)
{
    internal IReadOnlyList<UnreadyModel> Find() =>
    [
        .. (holder.Current?.Models ?? [])
            .Select(static model => (Name: model.Name.Text, Why: WhyNot(model)))
            .Where(static model => model.Why is not null)
            .Select(static model => new UnreadyModel(model.Name, model.Why!))
            .OrderBy(static model => model.Name, StringComparer.Ordinal),
    ];

    private static string? WhyNot(ModelRoute model) =>
        model.Effective.IsCondemnedStable ? $"its stable version {model.Effective.Planned.Stable.Version} is condemned"
        : model.Stable.Endpoints.UnreachableSince is not null ? $"no endpoint of its stable version {model.Stable.Version} is ready"
        : null;
}
