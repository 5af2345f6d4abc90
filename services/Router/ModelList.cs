using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ModelServing.Clients;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router.Errors;
using ModelServing.Router.Metrics;
using ModelServing.Router.Routing;

namespace ModelServing.Router;

/// <summary>Answers a client that sends predictions with the names of all models, in the form of KServe:
/// <c>{"models":["fraud"]}</c>.</summary>
internal sealed class ModelList(Admission admission, RoutingTableHolder holder, RouterMetrics metrics, TimeProvider time)
{
    internal async Task AnswerAsync(HttpContext context)
    {
        OwnAnswers.Identify(context, time);
        var admitted = await admission.AdmitAsync(context);
        var (problem, detail, retryAfter) = (admitted.Problem, admitted.Detail, admitted.RetryAfter);
        if (problem is null && !HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.Headers.Allow = AllowedMethods.Text(HttpMethods.Get);
            (problem, detail) =
                (Problems.MethodNotAllowed, $"{InferencePaths.ModelList} accepts GET, not {context.Request.Method}");
        }

        var table = holder.Current;
        if (problem is null && table is null)
            (problem, detail, retryAfter) = (Problems.NoPlan, "The router has not read a plan yet", TimeSpan.FromSeconds(1));
        if (problem is not null)
        {
            metrics.Refused(problem);
            await problem.WriteAsync(context, detail, retryAfter: retryAfter);
            return;
        }

        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteStartArray("models"u8);
            foreach (var name in table!.ModelNames)
                json.WriteStringValue(name);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.WrittenCount;
        await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }
}
