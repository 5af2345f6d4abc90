using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>The rules of the log of predictions that involve more than one value. Paths are relative to the namespace.</summary>
internal static class PredictionRules
{
    // Each name becomes part of an environment variable of every pod.
    private const int MostNames = 100;
    private const int MostCharacters = 200;

    internal static IEnumerable<SettingsFault> Check(StackSettings settings)
    {
        foreach (var (name, model) in settings.Models)
        {
            var predictions = model.Predictions;
            var path = $"models.{name}.predictions";
            foreach (var fault in CheckNames($"{path}.drop", predictions.Drop).Concat(CheckNames($"{path}.hash", predictions.Hash)))
                yield return fault;
            for (var i = 0; i < predictions.Hash.Count; i++)
            {
                if (predictions.Hash[i] is { } hashed && predictions.Drop.Contains(hashed))
                    yield return Fault($"{path}.hash[{i}]", $"'{Quoted.From(hashed)}' is also dropped; remove one");
            }

            if (predictions.Hash.Count > 0 && settings.Predictions.HashKey is null)
            {
                yield return Fault(
                    $"{path}.hash",
                    "hashes need a key; set predictions.hashKey, or list the names under drop");
            }
        }
    }

    private static IEnumerable<SettingsFault> CheckNames(string path, IReadOnlyList<string> names)
    {
        if (names.Count > MostNames)
            yield return Fault(path, $"there are {names.Count} names; the limit is {MostNames}");
        for (var i = 0; i < names.Count; i++)
        {
            if (names.Take(i).Contains(names[i]))
                yield return Fault($"{path}[{i}]", $"'{Quoted.From(names[i])}' is listed twice; remove one");
            else if (names[i]?.Length > MostCharacters)
                yield return Fault($"{path}[{i}]", $"this name has {names[i].Length} characters; the limit is {MostCharacters}");
        }
    }

    private static SettingsFault Fault(string path, string message) => new(path, message, null);
}
