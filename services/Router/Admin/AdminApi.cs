using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Clients;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Reliability;
using ModelServing.Hosting;
using ModelServing.Journal;
using ModelServing.Router.Errors;
using ModelServing.Router.Metrics;

namespace ModelServing.Router.Admin;

/// <summary>The admin API: the status and history of rollouts, a person's decisions about them, and the log of predictions. It has its own
/// port and is for operators only. Besides it, that port answers only health checks and metrics; on the models' port, its paths are
/// unknown.</summary>
internal sealed class AdminApi
{
    private const int MaxBody = 16 * 1024;

    private readonly RouterSettings settings;
    private readonly FurtherAddresses addresses;
    private readonly RolloutStatusReader status;
    private readonly OperatorDecisions decisions;
    private readonly PredictionsApi predictions;
    private readonly Admission admission;
    private readonly RouterMetrics metrics;

    public AdminApi(
        RouterSettings settings,
        IServer server,
        RolloutStatusReader status,
        OperatorDecisions decisions,
        PredictionsApi predictions,
        Admission admission,
        RouterMetrics metrics)
    {
        this.settings = settings;
        addresses = new FurtherAddresses(
            server, settings.SplitUrls is { } split ? $"{settings.Urls};{split}" : settings.Urls, settings.AdminUrls);
        this.status = status;
        this.decisions = decisions;
        this.predictions = predictions;
        this.admission = admission;
        this.metrics = metrics;
    }

    /// <summary>Adds the paths. Must come first, because a request to this port must not reach the routes that follow.</summary>
    internal static void Map(WebApplication app)
    {
        var api = app.Services.GetRequiredService<AdminApi>();
        var time = app.Services.GetRequiredService<TimeProvider>();
        app.Use(next => context =>
        {
            if (!api.IsAt(context) || IsOpen(context.Request.Path.Value))
                return next(context);
            OwnAnswers.Identify(context, time);
            return context.Request.Path.StartsWithSegments(AdminPaths.Prefix)
                ? api.AnswerAsync(context)
                : Problems.NoSuchPath.WriteAsync(
                    context,
                    $"There is nothing at {context.Request.Path}; this port serves the admin API, {AdminPaths.Rollouts}");
        });
        app.Lifetime.ApplicationStarted.Register(api.OnStarted);
    }

    /// <summary>Whether a request came to this port.</summary>
    internal bool IsAt(HttpContext context) => addresses.Include(context);

    // The paths for probes and scrapers, which have no credential.
    private static bool IsOpen(string? path) => path
        is InferencePaths.HealthLive or InferencePaths.HealthReady or InferencePaths.Live or InferencePaths.Ready or InferencePaths.Metrics;

    private async Task AnswerAsync(HttpContext context)
    {
        var admitted = await admission.AdmitAsync(context, ClientAction.Administer);
        if (admitted.Problem is { } refusal)
        {
            metrics.Refused(refusal);
            await refusal.WriteAsync(context, admitted.Detail, retryAfter: admitted.RetryAfter);
            return;
        }

        try
        {
            await RouteAsync(context, admitted.Client!);
        }
        catch (DecisionRefusedException e)
        {
            await e.Problem.WriteAsync(context, e.Message);
        }
        catch (ContractException e)
        {
            await Problems.BadRequest.WriteAsync(context, e.Message);
        }
        catch (JournalException e)
        {
            await Problems.JournalUnavailable.WriteAsync(context, e.Message);
        }
        catch (Exception e) when (CallerLeft.IsShownBy(e, context))
        {
            CallerLeft.End(context);
        }
        catch (Exception e) when (!context.Response.HasStarted && BodyFault.Find(e) is not null)
        {
            var (problem, detail) = BodyFault.Find(e)!.Value;
            await problem.WriteAsync(context, detail);
        }
    }

    private async Task RouteAsync(HttpContext context, Client client)
    {
        var path = context.Request.Path.Value!;
        if (path == AdminPaths.Rollouts)
        {
            if (await AdminAnswers.HasMethodAsync(context, HttpMethods.Get))
                await AdminAnswers.WriteAsync(context, (await status.ReadAsync(context.RequestAborted)).ToUtf8());
            return;
        }

        if (PredictionsApi.Serves(path))
        {
            await predictions.AnswerAsync(context, path);
            return;
        }

        if (!path.StartsWith(AdminPaths.Rollouts + "/", StringComparison.Ordinal)
            || path[(AdminPaths.Rollouts.Length + 1)..].Split('/') is not [var name, var action]
            || !ModelName.TryParse(name, null, out var model))
        {
            await Problems.NoSuchPath.WriteAsync(
                context,
                $"There is nothing at {path}; the paths are {AdminPaths.Rollouts}, {AdminPaths.Rollouts}/MODEL/history, /rollback and " +
                    $"/reset, {AdminPaths.Predictions} and {AdminPaths.Prediction("ID")}");
            return;
        }

        switch (action)
        {
            case "history" when await AdminAnswers.HasMethodAsync(context, HttpMethods.Get):
                var history = await decisions.HistoryAsync(model, AfterOf(context), context.RequestAborted);
                await AdminAnswers.WriteAsync(context, history.ToUtf8());
                break;
            case "rollback" when await AdminAnswers.HasMethodAsync(context, HttpMethods.Post):
                await decisions.RollbackAsync(model, RollbackRequest.Parse(await BodyAsync(context)), client, context.RequestAborted);
                await AdminAnswers.WriteAsync(context, (await status.ReadAsync(model, context.RequestAborted))!.ToUtf8());
                break;
            case "reset" when await AdminAnswers.HasMethodAsync(context, HttpMethods.Post):
                await decisions.ResetAsync(model, ResetRequest.Parse(await BodyAsync(context)), client, context.RequestAborted);
                await AdminAnswers.WriteAsync(context, (await status.ReadAsync(model, context.RequestAborted))!.ToUtf8());
                break;
            case "history" or "rollback" or "reset":
                break;
            default:
                await Problems.NoSuchPath.WriteAsync(context, $"There is nothing at {path}; a model has /history, /rollback and /reset");
                break;
        }
    }

    private void OnStarted()
    {
        if (settings.AdminAddressFile is { } file)
            AtomicFile.Write(file, Encoding.UTF8.GetBytes(addresses.All[0]));
    }

    private static long AfterOf(HttpContext context)
    {
        var text = context.Request.Query["after"].ToString();
        return text.Length == 0 ? 0
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var after) ? after
            : throw new ContractException($"'after' is '{text}'; it must be the number of an event, or 0");
    }

    private static async Task<byte[]> BodyAsync(HttpContext context)
    {
        if (UnsupportedBody.FindIn(context) is { } unsupported)
            throw new DecisionRefusedException(UnsupportedBody.Problem, unsupported);
        var buffer = new byte[MaxBody + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, context.RequestAborted);
        return length <= MaxBody ? buffer[..length] : throw new ContractException($"the request body has more than {MaxBody} bytes");
    }
}
