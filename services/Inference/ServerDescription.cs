using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;

namespace ModelServing.Inference;

/// <summary>Answers questions about all that the service serves.</summary>
internal sealed class ServerDescription(ServedVersions versions)
{
    /// <summary>Answers with the names of the models.</summary>
    internal Task ListAsync(HttpContext context) => JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, json =>
    {
        json.WriteStartArray("models"u8);
        foreach (var model in versions.Models)
            json.WriteStringValue(model.Key.Text);
        json.WriteEndArray();
    });

    /// <summary>Answers with what all versions have done since the start of the process (Triton's statistics extension).</summary>
    internal Task StatsAsync(HttpContext context) => versions.All is [var only] && only.Model.Known is null
        ? only.Description.NotReadyAsync(context)
        : JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartArray("model_stats"u8);
            foreach (var version in versions.All)
                version.Description.WriteStats(json);
            json.WriteEndArray();
        });

    /// <summary>Answers with the description of a version in the form of OpenAPI: of the one that the query names, or of the
    /// first.</summary>
    internal Task OpenApiAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (!query.ContainsKey("model"))
            return versions.All[0].OpenApi.AnswerAsync(context);
        return ModelName.TryParse(query["model"], null, out var model)
            && ModelVersion.TryParse(query["version"], null, out var version)
            && versions.Find(model, version) is { } found
                ? found.OpenApi.AnswerAsync(context)
                : NotFoundAsync(context, "no version of this service has this model and version");
    }

    /// <summary>Answers a path that does not exist.</summary>
    internal Task NotFoundAsync(HttpContext context) => NotFoundAsync(
        context,
        versions.All is [var only]
            ? $"this service has {InferencePaths.Model(only.Settings.Model, only.Settings.Version)}[/ready|/infer]"
            : $"this service has {InferencePaths.Models}MODEL/versions/VERSION[/ready|/infer] of {versions.All.Count} versions, whose " +
              $"models {InferencePaths.ModelList} lists");

    /// <summary>Answers the path of a model that does not name one of its versions, of which there are several.</summary>
    internal static Task VersionMissingAsync(HttpContext context, IEnumerable<ServedVersion> ofModel)
    {
        var all = ofModel.ToList();
        var numbers = string.Join(", ", all.Select(static version => version.Settings.Version.ToString()));
        return NotFoundAsync(
            context,
            $"this service has several versions of {all[0].Settings.Model}: {numbers}; name one, as in " +
            InferencePaths.Model(all[0].Settings.Model, all[0].Settings.Version));
    }

    private static Task NotFoundAsync(HttpContext context, string what) => Problems.NoSuchPath.WriteAsync(
        context, $"There is nothing at {context.Request.Path}; {what}", Problems.RequestIdOf(context));
}
