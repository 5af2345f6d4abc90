using ModelServing.Stacks;

return await Pulumi.Deployment.RunAsync<ServingStack>();
