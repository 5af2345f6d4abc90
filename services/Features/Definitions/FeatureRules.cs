using ModelServing.Features.Events;
using ModelServing.Features.Expressions;

namespace ModelServing.Features.Definitions;

/// <summary>The rules of a view's features.</summary>
internal static class FeatureRules
{
    /// <summary>The most tiles of a window.</summary>
    internal const int MaxTiles = 512;

    internal static readonly TimeSpan MinHop = TimeSpan.FromSeconds(1);

    internal static void Check(ViewDefinition definition, List<ViewFault> faults)
    {
        foreach (var feature in definition.Features)
        {
            switch (feature)
            {
                case WindowFeature window:
                    CheckWindow(definition, window, faults);
                    break;
                case RatioFeature ratio:
                    CheckPart(definition, ratio, ratio.Dividend, faults);
                    CheckPart(definition, ratio, ratio.Divisor, faults);
                    break;
                case ExpressionFeature expression:
                    CheckExpression(definition, expression, faults);
                    break;
                default:
                    faults.Add(new ViewFault($"features.{feature.Name}", "this kind of feature is unknown"));
                    break;
            }

            if (feature.Default is { } value && !double.IsFinite(value))
                faults.Add(new ViewFault($"features.{feature.Name}.default", "it must be a finite number"));
        }
    }

    private static void CheckWindow(ViewDefinition definition, WindowFeature feature, List<ViewFault> faults)
    {
        var path = $"features.{feature.Name}";
        CheckTimes(feature, path, faults);
        if (definition.Sources.FirstOrDefault(source => source.Name == feature.Source) is not { } source)
        {
            faults.Add(new ViewFault(
                $"{path}.{KeyOf(feature)}",
                $"there is no source '{feature.Source}'; " +
                Names("the sources are", definition.Sources.Select(static source => source.Name))));
            return;
        }

        if (feature.Where is { } where)
            CheckWhere(definition, source, where, path, faults);
        if (feature.Field is not { } name)
        {
            if (feature.Aggregation != Aggregation.Count)
            {
                faults.Add(new ViewFault(
                    $"{path}.{KeyOf(feature)}", $"it needs a field, as in {KeyOf(feature)}: {feature.Source}.{AnyField(source)}"));
            }
        }
        else if (FieldsOf(definition, source).FirstOrDefault(field => field.Name == name) is not { } field)
        {
            faults.Add(new ViewFault(
                $"{path}.{KeyOf(feature)}",
                $"the source {source.Name} has no field '{name}'; " +
                Names("the fields are", source.Fields.Select(static field => field.Name))));
        }
        else
        {
            CheckType(feature, field, path, faults);
        }
    }

    private static void CheckTimes(WindowFeature feature, string path, List<ViewFault> faults)
    {
        var areValid = ViewRules.CheckDuration(feature.Window, $"{path}.window", faults) &
            ViewRules.CheckDuration(feature.Hop, $"{path}.hop", faults) &
            ViewRules.CheckDuration(feature.Delay, $"{path}.delay", faults);
        if (!areValid)
            return;
        var (window, hop) = (DurationText.Write(feature.Window), DurationText.Write(feature.Hop));
        if (feature.Hop < MinHop)
            faults.Add(new ViewFault($"{path}.hop", $"{hop} is shorter than {DurationText.Write(MinHop)}"));
        else if (feature.Window < feature.Hop || feature.Window.Ticks % feature.Hop.Ticks != 0)
            faults.Add(new ViewFault($"{path}.hop", $"the window of {window} is not a multiple of the hop of {hop}"));
        else if (feature.Window / feature.Hop > MaxTiles)
        {
            faults.Add(new ViewFault(
                $"{path}.hop", $"a window of {window} has {feature.Window / feature.Hop} hops of {hop}; the limit is {MaxTiles}"));
        }
    }

    private static void CheckType(WindowFeature feature, NamedType field, string path, List<ViewFault> faults)
    {
        var allowed = feature.Aggregation switch
        {
            Aggregation.Count or Aggregation.Distinct => true,
            Aggregation.Sum or Aggregation.Mean => field.Type.Kind is FieldKind.Int64 or FieldKind.Decimal or FieldKind.Bool,
            _ => field.Type.IsNumber,
        };
        if (!allowed)
        {
            faults.Add(new ViewFault(
                $"{path}.{KeyOf(feature)}",
                $"{field.Name} is of type {field.Type}, which has no {KeyOf(feature)}; use a number, or distinct"));
        }
        else if (OutputTypes.IsWhole(feature, field.Type) && feature.Default is null && !OutputTypes.HasZero(feature))
        {
            faults.Add(new ViewFault(
                path, $"{KeyOf(feature)} of {field.Type} needs a default, because a whole number can't be missing; add default: 0"));
        }
        else if (OutputTypes.IsWhole(feature, field.Type) && feature.Default is { } value &&
            (Math.Floor(value) != value || Math.Abs(value) > Instant.MaxMicroseconds))
        {
            faults.Add(new ViewFault($"{path}.default", "the feature is a whole number, so its default must be one"));
        }
    }

    private static void CheckWhere(ViewDefinition definition, SourceDefinition source, string where, string path, List<ViewFault> faults)
    {
        try
        {
            if (Expression.Parse(where, Scopes.ForConditions(definition, source)).Type != ExpressionType.Bool)
                faults.Add(new ViewFault($"{path}.where", "this is not a condition; write one such as amount > 100"));
        }
        catch (ExpressionException e)
        {
            faults.Add(new ViewFault($"{path}.where", e.Message));
        }
    }

    private static void CheckPart(ViewDefinition definition, RatioFeature ratio, string name, List<ViewFault> faults)
    {
        if (!definition.Features.Any(feature => feature is WindowFeature && feature.Name == name))
        {
            faults.Add(new ViewFault(
                $"features.{ratio.Name}.ratio",
                $"there is no window feature '{name}'; " +
                Names("the window features are", definition.Features.OfType<WindowFeature>().Select(static window => window.Name))));
        }
    }

    private static void CheckExpression(ViewDefinition definition, ExpressionFeature feature, List<ViewFault> faults)
    {
        try
        {
            if (Expression.Parse(feature.Expression, Scopes.ForFeatures(definition, feature.Name)).Type == ExpressionType.Text)
                faults.Add(new ViewFault($"features.{feature.Name}", "this is a text; a feature is a number or a condition"));
        }
        catch (ExpressionException e)
        {
            faults.Add(new ViewFault($"features.{feature.Name}", e.Message));
        }
    }

    private static IEnumerable<NamedType> FieldsOf(ViewDefinition definition, SourceDefinition source) =>
        source.Fields.Concat(definition.Entity);

    private static string KeyOf(WindowFeature feature) => feature.Aggregation.ToString().ToLowerInvariant();

    private static string AnyField(SourceDefinition source) => source.Fields.Count > 0 ? source.Fields[0].Name : "amount";

    private static string Names(string what, IEnumerable<string> names) =>
        names.ToList() is { Count: > 0 } all ? $"{what} {string.Join(", ", all)}" : "the view declares none";
}
