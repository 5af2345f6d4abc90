using ModelServing.Features.Engine.Plan;
using ModelServing.Features.Events;
using ModelServing.Features.Expressions;

namespace ModelServing.Features.Definitions;

/// <summary>The rules of a definition, apart from those of single features (<see cref="FeatureRules"/>).</summary>
public static class ViewRules
{
    /// <summary>The form of a name of a key, a source, a field or a feature, as a regular expression (ECMA 262).</summary>
    public const string NamePattern = "^[A-Za-z_][A-Za-z0-9_]{0,62}$";

    /// <summary>The form of such a name, for messages.</summary>
    public const string NameForm = "1 to 63 of A-Z, a-z, 0-9 and '_', not beginning with a digit";

    public const int MaxEntityKeys = 4;
    public const int MaxSources = 16;
    public const int MaxFields = 64;
    public const int MaxFeatures = 256;
    public const int MinTail = 16;
    public const int MaxTail = 4096;

    /// <summary>The most bytes that a state may have: it is read and written as a whole.</summary>
    public const int MaxStateBytes = 512 * 1024;

    /// <summary>The longest duration in a definition.</summary>
    public static readonly TimeSpan MaxDuration = TimeSpan.FromDays(3660);

    /// <summary>Finds every rule that the definition breaks. It also accepts a definition whose values are out of range.</summary>
    public static IReadOnlyList<ViewFault> Check(ViewDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var faults = new List<ViewFault>();
        CheckNumbers(definition, faults);
        CheckNames(definition.Entity.Select(static key => key.Name), "entity", MaxEntityKeys, faults);
        CheckNames(definition.Sources.Select(static source => source.Name), "sources", MaxSources, faults);
        CheckNames(definition.Features.Select(static feature => feature.Name), "features", MaxFeatures, faults);
        foreach (var key in definition.Entity.Where(static key => key.Type.Kind is not (FieldKind.Int64 or FieldKind.String)))
            faults.Add(new ViewFault($"entity.{key.Name}", $"the type is {key.Type}; an entity key is int64 or string"));
        foreach (var source in definition.Sources)
            CheckFields(definition, source, faults);
        CheckRequest(definition, faults);
        FeatureRules.Check(definition, faults);
        if (faults.Count > 0)
            return faults;
        CheckTimeToLive(definition, faults);
        CheckSize(definition, faults);
        return faults;
    }

    private static void CheckNumbers(ViewDefinition definition, List<ViewFault> faults)
    {
        if (definition.Version is < 1 or > ViewId.MaxVersion)
            faults.Add(new ViewFault("version", $"{definition.Version} is not a version: a whole number from 1 to {ViewId.MaxVersion}"));
        if (definition.Tail is < MinTail or > MaxTail)
            faults.Add(new ViewFault("tail", $"{definition.Tail} is not between {MinTail} and {MaxTail}"));
        CheckDuration(definition.Lateness, "lateness", faults);
        CheckDuration(definition.TimeToLive, "ttl", faults);
        if (definition.Entity.Count == 0)
            faults.Add(new ViewFault("entity", "there are no keys; a view needs at least one, such as card_id: int64"));
        if (definition.Features.Count == 0)
            faults.Add(new ViewFault("features", "there are no features; a view needs at least one"));
    }

    internal static bool CheckDuration(TimeSpan duration, string path, List<ViewFault> faults)
    {
        if (duration < TimeSpan.Zero || duration > MaxDuration || duration.Ticks % TimeSpan.TicksPerMillisecond != 0)
        {
            faults.Add(new ViewFault(
                path, $"{DurationText.Write(duration)} is not a duration in whole milliseconds, up to {DurationText.Write(MaxDuration)}"));
            return false;
        }

        return true;
    }

    private static void CheckNames(IEnumerable<string> names, string path, int most, List<ViewFault> faults)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (!IsName(name))
                faults.Add(new ViewFault($"{path}.{name}", $"'{name}' is not a name: {NameForm}"));
            else if (ExpressionSyntax.Reserved.Contains(name))
                faults.Add(new ViewFault($"{path}.{name}", $"'{name}' is a word of expressions; choose another name"));
            else if (!seen.Add(name))
                faults.Add(new ViewFault($"{path}.{name}", $"'{name}' is there twice; remove one"));
        }

        if (seen.Count > most)
            faults.Add(new ViewFault(path, $"there are {seen.Count}; the limit is {most}"));
    }

    private static bool IsName(string name) =>
        name.Length is >= 1 and <= 63 && !char.IsAsciiDigit(name[0]) && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static void CheckFields(ViewDefinition definition, SourceDefinition source, List<ViewFault> faults)
    {
        var path = $"sources.{source.Name}.fields";
        CheckNames(source.Fields.Select(static field => field.Name), path, MaxFields, faults);
        foreach (var field in source.Fields.Where(field => definition.Entity.Any(key => key.Name == field.Name)))
            faults.Add(new ViewFault($"{path}.{field.Name}", "this is an entity key, which every event has anyway; remove it here"));
        CheckTypes(source.Fields, path, faults);
    }

    private static void CheckTypes(IEnumerable<NamedType> named, string path, List<ViewFault> faults)
    {
        foreach (var (name, type) in named)
        {
            if (type.Kind == FieldKind.None || type.Scale is < 0 or > FieldValue.MaxScale)
                faults.Add(new ViewFault($"{path}.{name}", $"this is not a type: {FieldType.Form}"));
        }
    }

    private static void CheckRequest(ViewDefinition definition, List<ViewFault> faults)
    {
        CheckNames(definition.Request.Select(static value => value.Name), "request", MaxFields, faults);
        CheckTypes(definition.Request, "request", faults);
        foreach (var value in definition.Request)
        {
            if (value.Type.Kind == FieldKind.String)
                faults.Add(new ViewFault($"request.{value.Name}", "the type is string; a value of a request is a number, bool or time"));
            if (definition.Features.Any(feature => feature.Name == value.Name))
                faults.Add(new ViewFault($"request.{value.Name}", "a feature has this name too; an expression could not tell them apart"));
        }
    }

    private static void CheckSize(ViewDefinition definition, List<ViewFault> faults)
    {
        var plan = new EnginePlan(definition);
        if (plan.MaxStateBytes <= MaxStateBytes)
            return;
        var largest = plan.Groups.MaxBy(plan.MaxBytes)!;
        var hop = DurationText.Write(TimeSpan.FromMicroseconds(largest.Hop));
        faults.Add(new ViewFault(
            "features",
            $"the state of an entity may have {plan.MaxStateBytes} bytes, and the limit is {MaxStateBytes}; the windows with the hop " +
            $"{hop} need {plan.MaxBytes(largest)} of them: use a longer hop, a shorter window, delay or lateness, " +
            "or fewer distinct features"));
    }

    private static void CheckTimeToLive(ViewDefinition definition, List<ViewFault> faults)
    {
        var windows = definition.Features.OfType<WindowFeature>();
        if (windows.MaxBy(static window => window.Window + window.Delay + window.Hop) is not { } longest)
            return;
        var least = longest.Window + longest.Delay + longest.Hop + definition.Lateness;
        if (definition.TimeToLive >= least)
            return;
        var delay = longest.Delay > TimeSpan.Zero ? $" + delay {DurationText.Write(longest.Delay)}" : "";
        var sum = $"window {DurationText.Write(longest.Window)}{delay} + hop {DurationText.Write(longest.Hop)} + " +
            $"lateness {DurationText.Write(definition.Lateness)} = {DurationText.Write(least)}";
        faults.Add(new ViewFault(
            "ttl",
            $"{DurationText.Write(definition.TimeToLive)} is shorter than {longest.Name} needs: {sum}; " +
            $"write ttl: {DurationText.Write(least)} or longer"));
    }
}
