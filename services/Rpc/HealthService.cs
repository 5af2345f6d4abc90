using Grpc.Core;
using Grpc.Health.V1;
using ModelServing.Hosting;

namespace ModelServing.Rpc;

/// <summary>The health of the host for gRPC's load balancers (<c>grpc.health.v1</c>): the same as <c>/health/ready</c>. It can't be
/// watched, because a call that never ends would keep its connection from ever being idle; clients ask again instead.</summary>
internal sealed class HealthService(Readiness readiness) : Health.HealthBase
{
    private static readonly string[] Services = ["", InferenceService.Name];

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Services.Contains(request.Service)
            ? Task.FromResult(new HealthCheckResponse
            {
                Status = readiness.Reason is null
                    ? HealthCheckResponse.Types.ServingStatus.Serving
                    : HealthCheckResponse.Types.ServingStatus.NotServing,
            })
            : throw new RpcException(new Status(StatusCode.NotFound, $"There is no service '{request.Service}'"));
    }
}
